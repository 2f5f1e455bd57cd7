import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { badRequest, tooLarge, upstreamFailed } from "../../errors.ts";
import { createXxh64 } from "../../formats/xxhash.ts";
import { createObjectWriter } from "../../platform/storage/stream-writer.ts";
import { readBody } from "../../platform/storage/stream-body.ts";
import { type Checksums, hashStream } from "./checksums.ts";
import { findPendingBelow } from "./push.store.ts";

const ROOT = "instruments/push";
const CONTENT_TYPE = "application/octet-stream";

/** A body in the lake that no file has yet. */
export interface DeliveredObject {
  key: string;
  size_bytes: number;
  sha256: string;
  /** XXH64 of what the client sent; null for one that was sent by an earlier request. */
  xxhash: string | null;
  /** Ms; null where the client did not say. */
  modified_at: number | null;
}

export interface Delivery {
  instrument_id: string;
  path: string;
  modified_at: number | null;
}

/** The size that a request announces, in bytes; null for one that does not. Throws 413, and 400 for one that is no number. */
export function announcedSize({ config }: Context, request: Request): number | null {
  const header = request.headers.get("Content-Length");
  if (header === null) return null;
  if (!/^\d{1,15}$/.test(header)) throw badRequest("Content-Length is not a number");
  if (Number(header) > config.DAV_MAX_BYTES) throw fileTooLarge(config.DAV_MAX_BYTES);
  return Number(header);
}

const fileTooLarge = (bytes: number) =>
  tooLarge(`A file of more than ${bytes} bytes cannot be delivered at once: send it in parts, by POST /uploads`);

/** Streams a body into the lake. Throws 413 for one that is too large and 400 for one that ends early; nothing is then kept. */
export async function storeBody(ctx: Context, request: Request, delivery: Delivery): Promise<DeliveredObject> {
  const { modified_at, instrument_id } = delivery;
  const announced = announcedSize(ctx, request);
  const key = `${prefixOf(delivery)}${modified_at ?? ""}.${crypto.randomUUID()}`;
  // What instruments deliver is the facility's, whoever holds the token.
  const target = { key, content_type: CONTENT_TYPE, origin: `push:${instrument_id}`, owner: null };
  const writer = createObjectWriter(ctx, target);
  try {
    const xxhash = await createXxh64();
    let size = 0;
    for await (const chunk of readBody(request, Number.POSITIVE_INFINITY)) {
      size += chunk.byteLength;
      if (size > ctx.config.DAV_MAX_BYTES) throw fileTooLarge(ctx.config.DAV_MAX_BYTES);
      await writer.ready();
      writer.write(chunk);
      xxhash.update(chunk);
    }
    if (announced !== null && size !== announced) throw badRequest("The request body ended early");
    const { size_bytes, sha256 } = await writer.finish();
    return { key, size_bytes, sha256, xxhash: xxhash.digest(), modified_at };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** What was stored of a path and never became a file of its own; it stays for a day. */
export async function findUndelivered(
  ctx: Context,
  place: Omit<Delivery, "modified_at">,
): Promise<DeliveredObject | null> {
  const prefix = prefixOf(place);
  const [found] = await findPendingBelow(ctx.db, prefix);
  if (!found || found.sha256 === "") return null;
  const [modified_at = ""] = found.key.slice(prefix.length).split(".");
  return { ...found, xxhash: null, modified_at: modified_at === "" ? null : Number(modified_at) };
}

/** Checksums of what the lake gives back; throws 502 when it has nothing. */
export async function readObject({ lake }: Context, key: string): Promise<Checksums> {
  const object = await lake.get(key);
  if (!object) throw upstreamFailed("The lake does not have what was stored");
  return hashStream(object.body);
}

/** Takes a body that is not wanted, so that the client reads the answer. */
export async function drainBody({ config }: Context, request: Request): Promise<void> {
  const chunks = readBody(request, config.DAV_MAX_BYTES);
  while (!(await chunks.next()).done);
}

const prefixOf = ({ instrument_id, path }: Omit<Delivery, "modified_at">) =>
  `${ROOT}/${instrument_id}/${createHash("sha256").update(path).digest("hex")}/`;
