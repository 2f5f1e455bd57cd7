import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import type { FieldError } from "../../errors.ts";
import { unprocessable } from "../../errors.ts";
import { describePending } from "./objects.store.ts";
import { ObjectChanged } from "./ranges.ts";
import { describeUpload, type PartRow, type UploadRow } from "./uploads.store.ts";

/** Size of every part but the last; R2 wants at least 5 MiB, and all equal. */
export const PART_BYTES = 8 * 1_048_576;

const PROBLEMS_NAMED = 100;

/**
 * Makes one object of all parts and returns its size and checksum. Throws `unprocessable` naming what is missing; an
 * attempt that was cut off after R2 had joined the parts goes on from there.
 */
export async function joinParts(ctx: Context, upload: UploadRow, parts: readonly PartRow[]) {
  const problems = findProblems(parts, upload.size_bytes);
  if (problems.length > 0) throw unprocessable(problems);
  const size_bytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  const { object_key: key } = upload;
  const isJoined = async () => (await ctx.lake.head(key))?.size === size_bytes;
  if (!(await isJoined())) {
    const joined = ctx.lake
      .resumeMultipartUpload(key, upload.r2_upload_id)
      .complete(parts.map(({ part, etag }) => ({ partNumber: part, etag })));
    await joined.catch(async (error: unknown) => {
      // Another request may have joined them a moment ago.
      if (!(await isJoined())) throw error;
    });
  }
  const sha256 = await digestObject(ctx.lake, key);
  await ctx.db.batch([
    describePending(ctx.db, key, { size_bytes, sha256 }),
    describeUpload(ctx.db, upload.id, { size_bytes, sha256 }),
  ]);
  return { size_bytes, sha256 };
}

/** The parts come in any order and from several senders, so the checksum is that of the bytes as they are stored. */
async function digestObject(lake: R2Bucket, key: string): Promise<string> {
  const object = await lake.get(key);
  if (!object) throw new ObjectChanged();
  const digest = new crypto.DigestStream("SHA-256");
  await object.body.pipeTo(digest);
  return Buffer.from(await digest.digest).toString("hex");
}

function findProblems(parts: readonly PartRow[], announced: number | null): FieldError[] {
  const last = announced === null ? (parts.at(-1)?.part ?? 1) : Math.ceil(announced / PART_BYTES);
  const sizes = new Map(parts.map(({ part, size_bytes }) => [part, size_bytes]));
  const problems: FieldError[] = [];
  for (let part = 1; part <= last && problems.length < PROBLEMS_NAMED; part++) {
    const size_bytes = sizes.get(part);
    if (size_bytes === undefined) problems.push({ field: `parts.${part}`, message: "is missing" });
    else if (part < last && size_bytes !== PART_BYTES) {
      problems.push({ field: `parts.${part}`, message: `must have ${PART_BYTES} bytes, only the last may have fewer` });
    }
  }
  return problems;
}
