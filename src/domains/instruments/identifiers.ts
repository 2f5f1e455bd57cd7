import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { type FileRow, findFileByPersistentId } from "./file.store.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS = 5;

/** A new name for good: `ark:/{NAAN}/{shoulder}` and a random UUID in base32 (RFC 4648) without padding, lower case. */
export function mintArk({ config }: Pick<Context, "config">, uuid: string = crypto.randomUUID()): string {
  return `ark:/${config.ARK_NAAN}/${config.ARK_SHOULDER}${base32(BigInt(`0x${uuid.replaceAll("-", "")}`))}`;
}

/**
 * The file of an ARK, where hyphens say nothing (draft-kunze-ark, 2.7). Throws 404 for one that is unknown or not shown
 * to the caller.
 */
export async function resolveArk(ctx: Context, naan: string, name: string): Promise<FileRow> {
  const ark = `ark:/${naan}/${name.replaceAll("-", "")}`;
  const [file] = await findFileByPersistentId(ctx.db, ctx.principal, ark);
  if (!file) throw notFound("No such identifier");
  return file;
}

/** 128 bits and two that fill up make 26 characters. */
function base32(bits: bigint): string {
  const padded = bits << 2n;
  return Array.from({ length: 26 }, (_, place) =>
    ALPHABET.charAt(Number((padded >> BigInt(BITS * (25 - place))) & 31n)),
  ).join("");
}
