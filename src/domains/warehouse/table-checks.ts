import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import type { Check, Checks, Finding } from "../../platform/repair/check.ts";
import { showAll } from "./dbt/build.store.ts";
import { nodeOfTable, VIEW_GENERATION } from "./dbt/relations.ts";
import { dropStored, EXTRA, showStored } from "./loading/generation.store.ts";
import type { TableRow } from "./loading/registry.store.ts";
import { GENERATION, sqlName, storedName } from "./loading/table-names.ts";
import { findGeneration, guardGeneration, guardUnnamed, listGenerations, listShown } from "./table-checks.store.ts";
import { findTable } from "./tables-list.store.ts";

const TABLES_A_LOOK = 500;
const VIEW_MISSING = "view-missing";

/** Looks for stored tables that nobody reads and no load works on; they are dropped. */
const generationCheck: Check = {
  async look(ctx, after) {
    const tables = await listGenerations(ctx.warehouse, after ?? "", TABLES_A_LOOK);
    const stray = tables.filter(({ name, is_named }) => is_named === 0 && GENERATION.test(name));
    const findings = stray.map(({ name }) => ({
      kind: "table-stray",
      key: name,
      detail: "Nobody reads this table, and no load works on it",
    }));
    return { findings, looked_at: tables.length, after: nextOf(tables, ({ name }) => name) };
  },

  async repair(ctx, { key }) {
    const drop = [guardUnnamed(ctx.warehouse, key), ...dropStored(ctx.warehouse, [key])];
    return changeUnlessChanged(ctx, drop, async () => {
      const [table] = await findGeneration(ctx.warehouse, key);
      return table?.is_named === 0;
    });
  },
};

/**
 * Looks for tables that people read without rows or view. A view is made again; rows are lost, and a sync with
 * `full_refresh` or a run of the model brings them back.
 */
const shownCheck: Check<{ schema: string; name: string }> = {
  async look(ctx, after) {
    const tables = await listShown(ctx.warehouse, after ?? { schema: "", name: "" }, TABLES_A_LOOK);
    const findings = tables.flatMap(({ table, has_view, has_rows }) => describe(table, { has_view, has_rows }));
    return {
      findings,
      looked_at: tables.length,
      after: nextOf(tables, ({ table: { schema, name } }) => ({ schema, name })),
    };
  },

  async repair(ctx, { kind, key, place = "" }) {
    if (kind !== VIEW_MISSING) return false;
    const table = await findTable(ctx.warehouse, place, key.slice(place.length + 2));
    if (!table) return true;
    const { schema, name, generation } = table;
    const guard = guardGeneration(ctx.warehouse, schema, name, generation);
    return changeUnlessChanged(ctx, [guard, ...showAgain(ctx, table)], async () => {
      const current = await findTable(ctx.warehouse, schema, name);
      return current?.generation === generation;
    });
  },
};

export const checks: Checks = { generations: generationCheck, tables: shownCheck };

const nextOf = <Row, Position>(rows: readonly Row[], placeOf: (row: Row) => Position): Position | null => {
  const last = rows.at(-1);
  return last !== undefined && rows.length === TABLES_A_LOOK ? placeOf(last) : null;
};

function describe(
  { schema, name, generation, owner }: TableRow,
  { has_view, has_rows }: { has_view: 0 | 1; has_rows: 0 | 1 },
): Finding[] {
  const finding = { key: sqlName(schema, name), place: schema };
  const isView = generation === VIEW_GENERATION;
  if (!isView && has_rows === 0) {
    return [{ ...finding, kind: "table-missing", detail: `The rows of ${owner} are gone: build the table anew` }];
  }
  if (has_view === 1) return [];
  const detail = isView ? `The view of ${owner} is gone: run its model` : "People cannot read this table";
  return [{ ...finding, kind: isView ? "table-missing" : VIEW_MISSING, detail }];
}

function showAgain({ warehouse }: Context, table: TableRow): Statement[] {
  const { schema, name, generation, columns, extra_columns } = table;
  const [view, stored] = [sqlName(schema, name), storedName(schema, name, generation)];
  if (nodeOfTable(table) !== null) return showAll(warehouse, view, stored);
  const hasExtra = extra_columns.length > 0 || columns.length === 0;
  return showStored(warehouse, view, stored, [...columns.map((column) => column.name), ...(hasExtra ? [EXTRA] : [])]);
}

/** Runs statements that raise when the finding does not hold any more, which is as good; throws where it still does. */
async function changeUnlessChanged(
  ctx: Context,
  [first, ...rest]: readonly Statement[],
  holds: () => Promise<boolean>,
): Promise<boolean> {
  if (!first) return true;
  try {
    await ctx.warehouse.batch([first, ...rest]);
  } catch (error) {
    if (await holds()) throw error;
  }
  return true;
}
