import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import type { Statement } from "../jobs/define.ts";
import { keyOf, type ObjectInput } from "./objects.ts";
import { markAllLive, recordAllPending } from "./objects.store.ts";

/**
 * `putObject` for many small objects: one statement records them, and the statements returned make all of them live in
 * the caller's batch. Throws a retryable `unavailable` while the sweeper removes one of them.
 */
export async function putObjects(
  ctx: Pick<Context, "db" | "lake" | "now">,
  inputs: readonly ObjectInput[],
): Promise<Statement[]> {
  if (inputs.length === 0) return [];
  const now = ctx.now();
  const written = inputs.map((input) => {
    const sha256 = createHash("sha256").update(input.bytes).digest("hex");
    return { ...input, sha256, key: keyOf(input.path, sha256) };
  });
  const rows = written.map(({ key, path, bytes, sha256, content_type, origin }) => ({
    ...{ key, path, sha256, content_type, origin, size_bytes: bytes.byteLength, created_at: now },
  }));
  const recorded = await recordAllPending(ctx.db, rows, now);
  if (recorded.length < new Set(rows.map(({ key }) => key)).size) {
    throw unavailable("A stored file is just being removed", { retry_after: 5 });
  }
  await Promise.all(
    written.map(({ key, bytes, sha256, content_type }) =>
      ctx.lake.put(key, bytes, { sha256, httpMetadata: { contentType: content_type } }),
    ),
  );
  return [
    markAllLive(
      ctx.db,
      rows.map(({ key }) => key),
      now,
    ),
  ];
}
