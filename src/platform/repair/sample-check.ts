import type { Context } from "../../context.ts";
import type { Beat, Check, Finding } from "./check.ts";
import type { Names } from "./names.ts";
import { noteLoss } from "./note-loss.ts";
import { digestObject } from "./record-object.ts";
import { findLastPlace, findObjects, listLiveByPlace } from "./repair.store.ts";

const OBJECTS_A_LOOK = 20;
const BYTES_A_LOOK = 32 * 1024 ** 2;

interface SamplePosition {
  /** Where the walk through all objects began, by chance; it ends there when it has come round. */
  start: number;
  at: number;
  has_turned: boolean;
  /** Read so far. */
  bytes: number;
}

/**
 * Reads live objects whole and compares them with their checksums, from one by chance on, as many as
 * `FSCK_SAMPLE_BYTES` allow; those that are larger than what is left of that are passed over.
 */
export const checkSample = (names: Names): Check<SamplePosition> => ({
  async look(ctx, after, beat) {
    const position = after ?? (await begin(ctx));
    const { start, at, has_turned } = position;
    const most_bytes = ctx.config.FSCK_SAMPLE_BYTES - position.bytes;
    const range = { after: at, until: has_turned ? start : null, most_bytes };
    const rows = await listLiveByPlace(ctx.db, range, OBJECTS_A_LOOK);
    if (rows.length === 0) {
      return { findings: [], looked_at: 0, after: has_turned ? null : { ...position, at: 0, has_turned: true } };
    }
    const findings: Finding[] = [];
    let { bytes } = position;
    let place = at;
    let looked_at = 0;
    for (const row of rows) {
      place = row.place;
      if (bytes + row.size_bytes > ctx.config.FSCK_SAMPLE_BYTES) continue;
      bytes += row.size_bytes;
      looked_at += 1;
      findings.push(...(await readWhole(ctx, row, beat)));
      if (bytes - position.bytes > BYTES_A_LOOK) break;
    }
    const isSpent = bytes >= ctx.config.FSCK_SAMPLE_BYTES;
    return { findings, looked_at, after: isSpent ? null : { start, at: place, has_turned, bytes } };
  },

  async repair(ctx, { key, detail }) {
    const [row] = await findObjects(ctx.db, [key]);
    return row?.state !== "live" || noteLoss(ctx, names, key, detail);
  },
});

async function begin(ctx: Context): Promise<SamplePosition> {
  const start = Math.floor(ctx.random() * (await findLastPlace(ctx.db)));
  return { start, at: start, has_turned: false, bytes: 0 };
}

async function readWhole(
  ctx: Context,
  { key, sha256 }: { key: string; sha256: string },
  beat: Beat,
): Promise<Finding[]> {
  const found = await digestObject(ctx.lake, key, beat);
  // One that is gone is found by another check.
  if (found === null || found === sha256) return [];
  const [row] = await findObjects(ctx.db, [key]);
  if (row?.state !== "live" || row.sha256 === found) return [];
  const detail = `The stored bytes have the SHA-256 ${found} instead of ${row.sha256}`;
  return [{ kind: "object-damaged", key, detail }];
}
