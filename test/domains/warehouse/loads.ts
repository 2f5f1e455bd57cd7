import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Context } from "../../../src/context.ts";
import { commitLoad } from "../../../src/domains/warehouse/loading/commit-load.ts";
import { finishLoad } from "../../../src/domains/warehouse/loading/finish-load.ts";
import { type Load, type LoadTarget, openLoad } from "../../../src/domains/warehouse/loading/load.ts";
import { loadRows } from "../../../src/domains/warehouse/loading/load-rows.ts";
import { defineJob, done, resume, type Statement } from "../../../src/platform/jobs/define.ts";

export type Row = Record<string, unknown>;

export const target = (change: Partial<LoadTarget> = {}): LoadTarget => ({
  schema: "raw_shop",
  name: "orders",
  owner: "source:shop",
  load: "load_1",
  disposition: "append",
  key: [],
  cursor_field: null,
  ...change,
});

/** Commits statements without a job. */
export async function commit(ctx: Context, statements: readonly Statement[]): Promise<void> {
  const [first, ...rest] = statements;
  if (first) await ctx.warehouse.batch([first as BatchItem<"sqlite">, ...rest]);
}

/** Loads pages, each in a batch of its own, and answers what went into `_extra`. */
export async function load(ctx: Context, to: LoadTarget, pages: readonly (readonly Row[])[]): Promise<string[]> {
  let open: Load = await openLoad(ctx, to);
  const overflow: string[] = [];
  for (const [index, rows] of pages.entries()) {
    const batch = await loadRows(ctx, open, { rows, position: index + 1 });
    await commit(ctx, batch.statements);
    overflow.push(...batch.overflow);
    open = batch.load;
  }
  const end = finishLoad(ctx, open);
  await commit(ctx, end.statements);
  return overflow;
}

/** Rows of a query over the warehouse; large integers come as text. */
export async function rowsOf(ctx: Context, query: string): Promise<Row[]> {
  const { results } = await ctx.warehouse.run(sql.raw(query));
  return results as Row[];
}

/** What tables and views of loads there are, by name. */
export async function storedNames(ctx: Context): Promise<string[]> {
  const rows = await rowsOf(
    ctx,
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name LIKE 'raw%' ORDER BY name",
  );
  return rows.map(({ name }) => String(name));
}

const refreshParams = z.object({ load: z.string(), pages: z.array(z.array(z.record(z.string(), z.unknown()))) });

/** A full refresh of given pages, one page a slice. */
export const refreshJob = defineJob<typeof refreshParams, { page: number }>({
  type: "test-refresh",
  version: 1,
  domain: "warehouse",
  queue: "sync",
  params: refreshParams,
  async run(ctx, job) {
    const open = await openLoad(ctx, target({ load: job.params.load, disposition: "replace", key: ["id"] }));
    if (open.finished) return done({ rows: open.row_count });
    const page = typeof open.position === "number" ? open.position : 0;
    const rows = job.params.pages[page];
    const batch = rows ? await loadRows(ctx, open, { rows, position: page + 1 }) : finishLoad(ctx, open);
    await commitLoad(ctx, job, batch.statements);
    await job.commit([], { cursor: { page: page + 1 } });
    return resume({ page: page + 1 });
  },
});
