import type { Context } from "../../context.ts";
import { claimFolder, findFolder } from "./destination.store.ts";
import { destinationPath } from "./destination-path.ts";
import type { InstrumentRow } from "./instruments.ts";
import { connectionConfigs, type StorageLocationRow } from "./storage-locations.ts";

/** Where an instrument's files go; without an id for those that it delivers by itself. */
export interface TransferLocation extends Pick<StorageLocationRow, "type" | "connection_config" | "base_path"> {
  id: string | null;
}

/** A base folder of a location, which a hook may have chosen, and the instrument whose folder is wanted in it. */
export interface FolderPlace {
  instrument: Pick<InstrumentRow, "id" | "name">;
  location: TransferLocation;
  base: string;
}

/**
 * Takes the folder of an instrument, in which no other stores, and answers its name: that of the instrument, for the
 * first that has it, whatever either is renamed to later; others have a part of their id behind it.
 */
export async function claimFolderName({ db }: Context, place: FolderPlace): Promise<string> {
  const address = addressOf(place);
  if (address === null) return place.instrument.name;
  const [, [holder]] = await db.batch([claimFolder(db, address, place.instrument.id), findFolder(db, address)]);
  return nameFor(place, holder);
}

/** The same name, without taking the folder. */
export async function previewFolderName({ db }: Context, place: FolderPlace): Promise<string> {
  const address = addressOf(place);
  if (address === null) return place.instrument.name;
  const [holder] = await findFolder(db, address);
  return nameFor(place, holder);
}

function nameFor({ instrument: { id, name } }: FolderPlace, holder: { instrument_id: string } | undefined): string {
  return holder === undefined || holder.instrument_id === id ? name : `${name}~${id.slice(0, 8)}`;
}

/** Null for the lake, where nothing is overwritten; shares do not tell upper from lower case. */
function addressOf({ instrument, location, base }: FolderPlace): string | null {
  const { type, connection_config } = location;
  const folder = destinationPath(base, instrument.name, "");
  switch (type) {
    case "posix":
    case "nfs":
      return null;
    case "s3": {
      const { endpoint_url, bucket } = connectionConfigs.s3.parse(connection_config);
      return JSON.stringify([type, endpoint_url === undefined ? "aws" : new URL(endpoint_url).host, bucket, folder]);
    }
    case "cifs": {
      const { host, share } = connectionConfigs.cifs.parse(connection_config);
      return JSON.stringify([type, host, share, folder]).toLowerCase();
    }
  }
}
