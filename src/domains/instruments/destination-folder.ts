import type { Context, Database } from "../../context.ts";
import { claimFolder, findHolder, type StorageFolder } from "./destination.store.ts";
import { destinationPath } from "./destination-path.ts";
import type { InstrumentRow } from "./instruments.ts";
import { connectionConfigs, type StorageLocationRow } from "./storage-locations.ts";

/** Where an instrument's files go; without an id for those that it delivers by itself. */
export interface TransferLocation extends Pick<StorageLocationRow, "type" | "connection_config" | "base_path"> {
  id: string | null;
}

/** An instrument, and where its files go. */
export interface FolderOwner {
  instrument: Pick<InstrumentRow, "id" | "name">;
  location: TransferLocation;
}

/**
 * Names of an instrument's folders, by the base folder that they are in, which a hook may have chosen: the instrument's
 * own name for the first that has it, whatever either is renamed to later; others have a part of their id behind it.
 */
export interface FolderNames {
  /** The name without taking the folder, which another may still do. */
  preview(base: string): Promise<string>;
  /** Takes the folder, in which no other stores from then on. */
  claim(base: string): Promise<string>;
}

/** Asks for each name once. */
export function openFolders({ db }: Context, owner: FolderOwner): FolderNames {
  const previewed = new Map<string, Promise<string>>();
  const claimed = new Map<string, Promise<string>>();
  return {
    preview: (base) => claimed.get(base) ?? keep(previewed, base, previewName(db, owner)),
    claim: (base) => keep(claimed, base, claimName(db, owner)),
  };
}

/** Files that go beside each other share one question. */
function keep(names: Map<string, Promise<string>>, base: string, ask: (base: string) => Promise<string>) {
  const name = names.get(base) ?? ask(base);
  names.set(base, name);
  return name;
}

const claimName = (db: Database, owner: FolderOwner) => async (base: string) => {
  const folder = folderOf(owner, base);
  if (folder === null) return owner.instrument.name;
  const [, [holder]] = await db.batch([claimFolder(db, folder, owner.instrument.id), findHolder(db, folder)]);
  return nameFor(owner, holder?.instrument_id ?? null);
};

const previewName = (db: Database, owner: FolderOwner) => async (base: string) => {
  const folder = folderOf(owner, base);
  if (folder === null) return owner.instrument.name;
  const [holder] = await findHolder(db, folder);
  return nameFor(owner, holder?.instrument_id ?? null);
};

function nameFor({ instrument: { id, name } }: FolderOwner, holder: string | null): string {
  return holder === null || holder === id ? name : `${name}~${id.slice(0, 8)}`;
}

/** Null for the lake, where nothing is overwritten; shares do not tell upper from lower case. */
function folderOf({ instrument, location }: FolderOwner, base: string): StorageFolder | null {
  const { id: storage_location_id, type, connection_config } = location;
  const path = destinationPath(base, instrument.name, "");
  const folder = { storage_location_id, prefix: `${path}/` };
  switch (type) {
    case "posix":
    case "nfs":
      return null;
    case "s3": {
      const { endpoint_url, bucket } = connectionConfigs.s3.parse(connection_config);
      const host = endpoint_url === undefined ? "aws" : new URL(endpoint_url).host;
      return { ...folder, address: JSON.stringify([type, host, bucket, path]), ignores_case: false };
    }
    case "cifs": {
      const { host, share } = connectionConfigs.cifs.parse(connection_config);
      return { ...folder, address: JSON.stringify([type, host, share, path]).toLowerCase(), ignores_case: true };
    }
  }
}
