import type { Context } from "../../context.ts";
import { conflict, unprocessable, upstreamFailed } from "../../errors.ts";
import type { Filesystem } from "../../connectors/filesystems/filesystem.ts";
import type { ByteRange } from "../../platform/storage/ranges.ts";
import { openSettings, readStorageSettings } from "./connections.ts";
import { openLakeDestination } from "./lake-destination.ts";
import { type StorageLocationRow, storageLocationResource } from "./storage-locations.ts";
import { getResource } from "./resource.ts";

/** Where a stored file is. */
export interface Stored {
  /** Key in the lake; null where it is stored elsewhere. */
  object_key: string | null;
}

/** Takes files of an instrument, whole or in parts, and gives their bytes back. */
export interface Destination {
  /** Stores a file that is in memory. */
  store(path: string, content: Uint8Array<ArrayBuffer>): Promise<Stored>;
  /** Begins a file in parts; the answer names it in later invocations. */
  begin(path: string): Promise<string>;
  /** Stores a part, numbered from 1; all but the last are of one size. Storing it again replaces it. */
  put(path: string, upload: string, part: { number: number; content: Uint8Array<ArrayBuffer> }): Promise<string>;
  complete(path: string, upload: string, tags: readonly string[]): Promise<Stored>;
  /** What `complete` answers, for a try that was cut off in it. */
  stored(upload: string): Stored;
  abort(path: string, upload: string): Promise<void>;
  /** Puts right what is stored of a file in memory, so that another try does not find it damaged again. */
  repair(stored: Stored, content: Uint8Array<ArrayBuffer>): Promise<void>;
  read(path: string, stored: Stored, range: ByteRange): Promise<ReadableStream<Uint8Array>>;
  close(): Promise<void>;
}

/** The largest part, and the largest file that is stored whole; bytes. */
export const PART_BYTES = 8 * 1_048_576;

/** Opens a storage location. Throws 404, 409 for a disabled one, and 502 for one that cannot be written to. */
export async function openDestination(ctx: Context, storage_location_id: string, origin: string) {
  const location = await getResource(ctx, storageLocationResource, storage_location_id);
  if (!location.enabled) throw conflict("Storage location is disabled");
  const settings = await readStorageSettings(ctx, location);
  if (settings === null) return { location, destination: openLakeDestination(ctx, origin) };
  return { location, destination: filesystemDestination(location, await openSettings(ctx, settings)) };
}

/** A path of a destination, as a filesystem takes it. */
export const belowRoot = (path: string) => path.replace(/^\/+/, "");

function filesystemDestination({ name }: StorageLocationRow, filesystem: Filesystem): Destination {
  const elsewhere: Stored = { object_key: null };
  const requireParts = () => {
    if (filesystem.parts) return filesystem.parts;
    throw unprocessable([{ field: "storage_location", message: `${name} takes files of at most ${PART_BYTES} bytes` }]);
  };
  return {
    async store(path, content) {
      const { size } = await filesystem.write(
        belowRoot(path),
        new Response(content).body ?? empty(),
        content.byteLength,
      );
      if (size !== content.byteLength) throw upstreamFailed(`${name} kept ${size} of ${content.byteLength} bytes`);
      return elsewhere;
    },
    begin: (path) => requireParts().begin(belowRoot(path)),
    put: (path, upload, { number, content }) =>
      requireParts().put(belowRoot(path), upload, { number, offset: (number - 1) * PART_BYTES, content }),
    async complete(path, upload, tags) {
      await requireParts().complete(belowRoot(path), upload, tags);
      return elsewhere;
    },
    stored: () => elsewhere,
    abort: (path, upload) => requireParts().abort(belowRoot(path), upload),
    // Another try writes it anew.
    repair: async () => {},
    read: (path, _stored, range) => filesystem.open(belowRoot(path), range),
    close: () => filesystem.close(),
  };
}

const empty = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
