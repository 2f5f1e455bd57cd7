import type { Context } from "../../context.ts";
import { HOUR_MS } from "../retention/purge.ts";
import type { Check, Finding } from "./check.ts";
import { fileOfSidecar, type Names } from "./names.ts";
import { noteLoss } from "./note-loss.ts";
import { recordObject } from "./record-object.ts";
import {
  countKeys,
  filterNamed,
  findKeysAfter,
  findNamed,
  findRowsAfter,
  listUnheld,
  listUnkept,
  orphanUnkept,
  reviveNamed,
} from "./names.store.ts";
import { findObjects } from "./repair.store.ts";

const ROWS_A_LOOK = 500;
/** Columns without an index are read once for each of these. */
const OBJECTS_A_LOOK = 5000;
const FINDINGS_A_LOOK = 250;
const SETTLED_MS = HOUR_MS;

const WITHOUT_ROW = "name-without-row";
const NOT_LIVE = "name-not-live";

interface RowPosition {
  /** Which of the columns. */
  column: number;
  /** Number of the row that was last looked at. */
  row: number;
}

/** Looks for names whose objects the sweeper would delete or has deleted; those whose bytes are there are held again. */
export const checkNames = (names: Names): Check<RowPosition> => ({
  async look(ctx, after) {
    const { column: number, row } = after ?? { column: 0, row: 0 };
    const column = names.columns[number];
    if (!column) return { findings: [], looked_at: 0, after: null };
    const page = await findRowsAfter(ctx.db, column, row, ROWS_A_LOOK);
    const last = page?.last ?? null;
    if (last === null) return { findings: [], looked_at: 0, after: { column: number + 1, row: 0 } };
    const unheld = await listUnheld(ctx.db, column, { after: row, last });
    const findings = await Promise.all(unheld.map((name) => describeUnheld(ctx, name)));
    return { findings, looked_at: page?.count ?? 0, after: { column: number, row: last } };
  },

  async repair(ctx, { key, detail }, beat) {
    const [row] = await findObjects(ctx.db, [key]);
    const isThere = (await ctx.lake.head(key)) !== null;
    if (!isThere) {
      const [named] = await findNamed(ctx.db, names, key);
      return named === undefined || noteLoss(ctx, names, key, detail);
    }
    if (!row) return recordObject(ctx, names, key, beat);
    await reviveNamed(ctx.db, names, key, ctx.now());
    const [held] = await findObjects(ctx.db, [key]);
    return held?.state === "live";
  },
});

async function describeUnheld(
  ctx: Context,
  { key, state }: Awaited<ReturnType<typeof listUnheld>>[number],
): Promise<Finding> {
  const bytes = (await ctx.lake.head(key)) === null ? "are gone" : "are there";
  const kind = state === null ? WITHOUT_ROW : NOT_LIVE;
  const what = state === null ? "is not recorded" : `is recorded as ${state}`;
  return { kind, key, detail: `What a row names ${what}; its bytes ${bytes}` };
}

/** Files that are named though they are not live, which another check says: what lies beside them is no finding of its own. */
async function findNamedFiles(ctx: Context, names: Names, unkept: readonly { key: string }[]): Promise<Set<string>> {
  const files = unkept.map(({ key }) => fileOfSidecar(key)).filter((key) => key !== null);
  if (files.length === 0) return new Set();
  return new Set((await filterNamed(ctx.db, names, files)).map(({ key }) => key));
}

/** Looks for live objects that nothing names; they are left to the sweeper, who deletes them a day later. */
export const checkUnnamed = (names: Names): Check => ({
  async look(ctx, after) {
    const from = after ?? "";
    const [page] = await findKeysAfter(ctx.db, from, OBJECTS_A_LOOK);
    const last = page?.last ?? null;
    if (last === null) return { findings: [], looked_at: 0, after: null };
    const range = { after: from, last, settled_before: ctx.now() - SETTLED_MS };
    const unkept = await listUnkept(ctx.db, names, range, FINDINGS_A_LOOK);
    const beside = await findNamedFiles(ctx, names, unkept);
    const findings = unkept
      .filter(({ key }) => !beside.has(fileOfSidecar(key) ?? ""))
      .map(({ key, size_bytes }) => ({ kind: "object-unnamed", key, detail: `Nothing names its ${size_bytes} bytes` }));
    const next = unkept.length === FINDINGS_A_LOOK ? (unkept.at(-1)?.key ?? last) : last;
    const [looked] = next === last ? [page] : await countKeys(ctx.db, from, next);
    return { findings, looked_at: looked?.count ?? 0, after: next };
  },

  async repair(ctx, { key }) {
    await ctx.db.batch([...orphanUnkept(ctx.db, names, key, ctx.now())]);
    return true;
  },
});
