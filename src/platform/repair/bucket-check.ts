import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { DAY_MS } from "../retention/purge.ts";
import type { Check, Finding } from "./check.ts";
import { noteLoss } from "./note-loss.ts";
import type { Names } from "./names.ts";
import { recordObject } from "./record-object.ts";
import { filterNamed } from "./names.store.ts";
import { findObjects, listLiveBut, type ObjectRow } from "./repair.store.ts";

/** R2 answers up to 1000 a page; each of them may have to be asked for once more. */
const OBJECTS_A_LOOK = 500;
/** Rows without an object that one look asks R2 for. */
const MISSING_A_LOOK = 250;
/** A row is written before its bytes, so that younger objects without one were made by no code of ours, or just deleted. */
const SETTLED_MS = DAY_MS;

const WITHOUT_ROW = "object-without-row";
const MISSING = "object-missing";
const OTHER_SIZE = "object-size";

/**
 * Compares the lake's listing with the rows of `objects`. What R2 has without a row, and no column names, is recorded for
 * the sweeper, who deletes it a day later; bytes that are lost cannot be brought back, so they are noted where they show.
 * Uploads in parts that R2 has and no row knows are not found: its binding cannot list them, and R2 itself ends them
 * after seven days.
 */
export const checkBucket = (names: Names): Check => ({
  async look(ctx, after) {
    const page = await ctx.lake.list({ limit: OBJECTS_A_LOOK, ...(after === null ? {} : { startAfter: after }) });
    const end = page.objects.at(-1)?.key;
    if (page.truncated && end === undefined)
      throw unavailable("The lake lists nothing but says so", { retry_after: 5 });
    const listed = page.objects.map(({ key }) => key);
    const range = { after: after ?? "", last: page.truncated ? (end ?? null) : null, listed };
    const [rows, unlisted] = await ctx.db.batch([
      findObjects(ctx.db, listed),
      listLiveBut(ctx.db, range, MISSING_A_LOOK),
    ]);
    // What comes after the last row that was asked for is listed again.
    const next = unlisted.length === MISSING_A_LOOK ? (unlisted.at(-1)?.key ?? null) : range.last;
    const looked = page.objects.filter(({ key }) => next === null || isUpTo(key, next));
    const known = new Map(rows.map((row) => [row.key, row]));
    const settled = ctx.now() - SETTLED_MS;
    const unrecorded = looked.filter(
      ({ key, uploaded }) =>
        !known.has(key) && uploaded.getTime() < settled && !names.brought.some((folder) => key.startsWith(folder)),
    );
    const differing = looked.flatMap(({ key, size }) => {
      const row = known.get(key);
      return row?.state === "live" && row.size_bytes !== size ? [row] : [];
    });
    const findings = [
      ...(await findUnrecorded(ctx, names, unrecorded)),
      ...(await findLost(ctx, [...differing, ...unlisted])),
    ];
    return { findings, looked_at: looked.length, after: next };
  },

  async repair(ctx, { kind, key }, beat) {
    if (kind === WITHOUT_ROW) return recordObject(ctx, names, key, beat);
    const [lost] = await findLost(ctx, await findObjects(ctx.db, [key]));
    return lost === undefined || noteLoss(ctx, names, key, lost.detail);
  },
});

/** Whether R2 and SQLite, which order keys by their bytes, have a key before another or at it. */
const isUpTo = (key: string, last: string) => Buffer.compare(Buffer.from(key), Buffer.from(last)) <= 0;

/** Those that are still there, have still no row, and are named by no column: such a name is found by another check. */
async function findUnrecorded(ctx: Context, names: Names, listed: readonly R2Object[]): Promise<Finding[]> {
  if (listed.length === 0) return [];
  const objects = await Promise.all(listed.map(({ key }) => ctx.lake.head(key)));
  const keys = objects.flatMap((object) => (object ? [object.key] : []));
  const [rows, named] = await ctx.db.batch([findObjects(ctx.db, keys), filterNamed(ctx.db, names, keys)]);
  const known = new Set([...rows, ...named].map(({ key }) => key));
  return objects.flatMap((object) => {
    if (!object || known.has(object.key)) return [];
    const detail = `${object.size} bytes of ${object.uploaded.toISOString()} that nothing knows of`;
    return [{ kind: WITHOUT_ROW, key: object.key, detail }];
  });
}

/** Those whose bytes are not there, or not all, while their row is what it was. */
async function findLost(ctx: Context, rows: readonly ObjectRow[]): Promise<Finding[]> {
  if (rows.length === 0) return [];
  const objects = await Promise.all(rows.map(({ key }) => ctx.lake.head(key)));
  const keys = rows.map(({ key }) => key);
  const current = new Map((await findObjects(ctx.db, keys)).map((row) => [row.key, row]));
  return rows.flatMap((row, index) => {
    const object = objects[index];
    const same = current.get(row.key);
    if (same?.state !== "live" || same.size_bytes !== row.size_bytes || object?.size === row.size_bytes) return [];
    if (!object) return [{ kind: MISSING, key: row.key, detail: "The stored object is gone" }];
    const detail = `The stored object has ${object.size} bytes instead of ${row.size_bytes}`;
    return [{ kind: OTHER_SIZE, key: row.key, detail }];
  });
}
