import type { CDPSession } from "@cloudflare/puppeteer";
import { cleanFilename } from "./download-name.ts";
import type { Download } from "./page.ts";

/** As large as a report may be. */
export const FILE_BYTES = 10 * 1024 ** 2;

/** A file that the page handed over; null for what is none. */
export function readMade(payload: string): Download | "too large" | null {
  try {
    const { filename, content_type, content }: Record<string, unknown> = Object(JSON.parse(payload));
    if (content === null) return "too large";
    const bytes = fromBase64(String(content));
    if (bytes.length > FILE_BYTES) return "too large";
    const name = filename === null ? null : cleanFilename(String(filename));
    return { filename: name, content_type: String(content_type), content: bytes };
  } catch {
    return null;
  }
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The body of a paused answer; null when it is larger than a report may be. */
export async function readBody(session: CDPSession, requestId: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const { stream: handle } = await session.send("Fetch.takeResponseBodyAsStream", { requestId });
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let eof = false; !eof && length <= FILE_BYTES;) {
    const chunk = await session.send("IO.read", { handle });
    const part = chunk.base64Encoded ? fromBase64(chunk.data) : new TextEncoder().encode(chunk.data);
    parts.push(part);
    length += part.length;
    eof = chunk.eof;
  }
  await session.send("IO.close", { handle });
  if (length > FILE_BYTES) return null;
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
