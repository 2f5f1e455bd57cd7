import { FilesystemFailure } from "../../connectors/filesystems/failures.ts";
import type { Context } from "../../context.ts";
import { upstreamFailed } from "../../errors.ts";
import type { ByteRange } from "../../platform/storage/ranges.ts";
import { openSettings, readStorageSettings } from "./connections.ts";
import { belowRoot } from "./destination.ts";
import type { TransferRow } from "./file.store.ts";
import type { StorageLocationRow } from "./storage-locations.ts";

/** The bytes of a version where they are stored. */
export interface StoredVersion {
  /** Why they cannot be whole, as a sentence; null when there are as many as there must be. */
  findDefect(size: number): Promise<string | null>;
  /** All of them without a range; null when they are gone. */
  read(range: ByteRange | null): Promise<ReadableStream<Uint8Array> | null>;
  /** Null where nothing is held open. */
  close: (() => Promise<void>) | null;
}

type StoredAt = Pick<TransferRow, "object_key" | "destination_path">;

/** Opens what is stored of a version. Throws `AppError` for a storage location that cannot be reached. */
export async function openStored(
  ctx: Context,
  { object_key, destination_path }: StoredAt,
  location: StorageLocationRow | null,
): Promise<StoredVersion> {
  if (object_key !== null) return openLakeVersion(ctx, object_key);
  const settings = location && (await readStorageSettings(ctx, location));
  if (!settings || destination_path === null) throw upstreamFailed("Nobody knows where the file is stored");
  const path = belowRoot(destination_path);
  const filesystem = await openSettings(ctx, settings);
  return {
    // Another byte where it must end: neither that one nor the last of those before may be missing.
    async findDefect(size) {
      const from = Math.max(0, size - 1);
      const found = await filesystem.open(path, { offset: from, length: 2 }).then(countBytes).catch(explainLoss);
      if (typeof found === "string") return found;
      return from + found === size ? null : `The stored file does not have ${size} bytes`;
    },
    read: (range) => filesystem.open(path, range ?? {}),
    close: () => filesystem.close(),
  };
}

function openLakeVersion({ lake }: Context, key: string): StoredVersion {
  return {
    async findDefect(size) {
      const object = await lake.head(key);
      if (!object) return "The stored object is gone";
      return object.size === size ? null : `The stored object has ${object.size} bytes instead of ${size}`;
    },
    read: async (range) => (await lake.get(key, range ? { range } : {}))?.body ?? null,
    close: null,
  };
}

async function countBytes(content: ReadableStream<Uint8Array>): Promise<number> {
  return (await new Response(content).bytes()).byteLength;
}

/** What an answer says of the file; throws what it says of its server. */
function explainLoss(error: unknown): string {
  if (error instanceof FilesystemFailure && error.kind === "not-found") return "The stored file is gone";
  if (error instanceof FilesystemFailure && error.kind === "changed") return "The stored file is shorter than it was";
  throw error;
}
