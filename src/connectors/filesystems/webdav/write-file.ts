import { stateOf, type WebFolder } from "../http/requests.ts";
import type { WrittenFile } from "../filesystem.ts";
import { sendCounted } from "../http/counted-body.ts";

/** Statuses with which servers say that a folder is there already. */
const FOLDER_EXISTS = [301, 405];

/** Writes under another name and moves it to its own when it is complete (RFC 4918, 9.7 and 9.9). */
export async function writeDavFile(
  folder: WebFolder,
  known: Set<string>,
  path: string,
  content: ReadableStream<Uint8Array>,
  expected: number | undefined,
): Promise<WrittenFile> {
  const { send, urlOf } = folder;
  await makeFolders(folder, known, path);
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    const size = await sendCounted(content, expected, (body) => send("PUT", partial, { body }));
    await send("MOVE", partial, { headers: { Destination: urlOf(path).href, Overwrite: "T" } });
    const { etag } = stateOf(await send("HEAD", path));
    return { size, hash: etag };
  } catch (error) {
    await send("DELETE", partial, { accepted: [404] }).catch(() => undefined);
    throw error;
  }
}

async function makeFolders({ send }: WebFolder, known: Set<string>, path: string): Promise<void> {
  const segments = path.split("/").slice(0, -1);
  for (const [index] of segments.entries()) {
    const above = segments.slice(0, index + 1).join("/");
    if (known.has(above)) continue;
    const { body } = await send("MKCOL", `${above}/`, { accepted: FOLDER_EXISTS });
    await body?.cancel();
    known.add(above);
  }
}
