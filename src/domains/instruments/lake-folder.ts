import { fileChanged, fileNotFound, notSupported } from "../../connectors/filesystems/failures.ts";
import type { Filesystem, ReadOptions } from "../../connectors/filesystems/filesystem.ts";
import { pageOfObjects } from "../../connectors/filesystems/object-page.ts";
import { isVersion } from "../../connectors/filesystems/version.ts";
import type { Context } from "../../context.ts";

/** Folder of the lake that people fill by themselves, with any S3 client; what else the lake has is not to be harvested. */
export const INCOMING = "incoming/";

const NAME = "The platform's own storage";
const PAGE_OBJECTS = 1000;

/** The objects of the lake below a folder of `incoming/`. */
export function openLakeFolder({ lake }: Pick<Context, "lake">, folder: string): Filesystem {
  const below = folder.replaceAll(/^\/+|\/+$/g, "");
  const prefix = below === "" ? INCOMING : `${INCOMING}${below}/`;
  return {
    check: async () => void (await lake.list({ prefix, limit: 1 })),

    async list(cursor) {
      const { objects, truncated } = await lake.list({
        ...{ prefix, limit: PAGE_OBJECTS },
        ...(cursor === null ? {} : { startAfter: cursor }),
      });
      const listed = objects.map(({ key, size, uploaded, httpEtag }) => {
        return { key, size, modified_at: uploaded.getTime(), etag: httpEtag };
      });
      return pageOfObjects(prefix, listed, truncated);
    },

    open: (path, options) => readObject(lake, { key: `${prefix}${path}`, path }, options),
    write: async () => {
      throw notSupported(NAME, "people fill the folder, and nothing is written to it");
    },
    parts: null,
    close: async () => undefined,
  };
}

async function readObject(
  lake: R2Bucket,
  { key, path }: { key: string; path: string },
  { offset = 0, length = Infinity, version = null }: ReadOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const found = await lake.head(key);
  if (!found) throw fileNotFound(NAME, path);
  const { size, etag, httpEtag } = found;
  if (version !== null && !isVersion(version, { size, modified_at: null, etag: httpEtag }))
    throw fileChanged(NAME, path);
  const wanted = Math.min(length, size - offset);
  // R2 refuses a range of no bytes.
  if (wanted <= 0) return new Blob([]).stream();
  const object = await lake.get(key, { range: { offset, length: wanted }, onlyIf: { etagMatches: etag } });
  if (!object || !("body" in object)) throw fileChanged(NAME, path);
  return object.body;
}
