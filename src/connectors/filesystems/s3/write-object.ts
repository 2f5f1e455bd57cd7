import type { PartWriter, WrittenFile } from "../filesystem.ts";
import { stored } from "./parts.ts";
import type { S3Sender } from "./request.ts";

/** Stores want parts of 5 MiB at least; ten thousand of these make a file of 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;

interface Target {
  path: string;
  key: string;
}

/** Writes an object at one go when it is small, else in parts, of which one at a time is held. */
export async function writeObject(
  sender: S3Sender,
  parts: PartWriter,
  { path, key }: Target,
  content: ReadableStream<Uint8Array>,
): Promise<WrittenFile> {
  let upload: string | null = null;
  const tags: string[] = [];
  const buffer = new Uint8Array(PART_BYTES);
  let filled = 0;
  const put = async (begun: string) => {
    const part = { number: tags.length + 1, offset: tags.length * PART_BYTES, content: buffer.slice(0, filled) };
    tags.push(await parts.put(path, begun, part));
    filled = 0;
  };
  try {
    for await (const chunk of content) {
      for (let taken = 0; taken < chunk.byteLength;) {
        const piece = chunk.subarray(taken, taken + PART_BYTES - filled);
        buffer.set(piece, filled);
        filled += piece.byteLength;
        taken += piece.byteLength;
        if (filled === PART_BYTES) {
          upload ??= await parts.begin(path);
          await put(upload);
        }
      }
    }
    if (upload === null) {
      const response = await sender.send({ method: "PUT", key, body: buffer.slice(0, filled) });
      await response.body?.cancel();
      return await stored(sender, key);
    }
    if (filled > 0) await put(upload);
    return await parts.complete(path, upload, tags);
  } catch (error) {
    if (upload !== null) await parts.abort(path, upload).catch(() => undefined);
    throw error;
  }
}
