import { createHash } from "node:crypto";
import { FilesystemFailure } from "../failures.ts";
import type { PartWriter } from "../filesystem.ts";
import { closeHandle, type SmbHandle } from "./handle.ts";
import type { SmbSession } from "./session.ts";
import { deleteHandle, flush, makeFolders, openPartial, renameHandle, writeAt } from "./write-file.ts";

/** Parts are written to their places in a file of another name; the upload is what tells it from the file's own. */
export function createSmbParts(connect: () => Promise<SmbSession>, placeOf: (path: string) => string): PartWriter {
  const partialOf = (path: string, upload: string) => `${placeOf(path)}.${upload}.partial`;
  const work = async <Result>(
    path: string,
    upload: string,
    run: (session: SmbSession, handle: SmbHandle) => Promise<Result>,
  ): Promise<Result> => {
    const session = await connect();
    const handle = await openPartial(session, partialOf(path, upload), "open");
    try {
      return await run(session, handle);
    } finally {
      await closeHandle(session, handle);
    }
  };
  return {
    begin: async (path) => {
      const session = await connect();
      await makeFolders(session, placeOf, path);
      // The same for every try, so that one that was given up leaves nothing that the next does not overwrite.
      const upload = createHash("sha256").update(placeOf(path)).digest("hex").slice(0, 8);
      await closeHandle(session, await openPartial(session, partialOf(path, upload), "overwrite_if"));
      return upload;
    },
    put: (path, upload, { number, offset, content }) =>
      work(path, upload, async (session, handle) => {
        await writeAt(session, handle, { path, content, offset });
        await flush(session, path, handle);
        return String(number);
      }),
    complete: (path, upload) =>
      work(path, upload, async (session, handle) => {
        await renameHandle(session, handle, { path, place: placeOf(path) });
        return { size: handle.state.size, hash: null };
      }),
    abort: (path, upload) =>
      work(path, upload, (session, handle) => deleteHandle(session, handle, path)).catch((error: unknown) => {
        if (!(error instanceof FilesystemFailure) || error.kind !== "not-found") throw error;
      }),
  };
}
