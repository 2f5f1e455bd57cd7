import type { Context } from "../../../context.ts";
import { badRequest } from "../../../errors.ts";
import type { Answer, CompiledNode, Scalar } from "../../../formats/dbt/nodes.ts";
import { readColumnNames, readRows } from "../query.store.ts";
import type { OpenProject } from "./open-project.ts";
import { harmlessQuery } from "./harmless-query.ts";
import { readRelations } from "./relations.ts";

/** Rows of an answer to a template; what needs more is no template. */
const MOST_ROWS = 10_000;
/** Rounds of questions that a template may ask. */
const MOST_ROUNDS = 100;

/** A node as SQL, once every query that its template asks is answered. Throws 400 where that cannot be. */
export async function compileNode(
  ctx: Context,
  { engine, project, environment }: OpenProject,
  unique_id: string,
  { full_refresh, selected }: { full_refresh: boolean; selected: string[] },
): Promise<CompiledNode> {
  const relations = await readRelations(ctx);
  const answers = new Map<string, Answer>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const compiled = engine.compileNode(project, unique_id, { ...relations, answers, full_refresh, selected });
    if (await environment.resolve(ctx)) continue;
    if (!("needs" in compiled)) return compiled;
    for (const query of compiled.needs) answers.set(query, await answer(ctx, query));
  }
  throw badRequest(`Its template asks more than ${MOST_ROUNDS} queries, one after the other`);
}

async function answer(ctx: Context, query: string): Promise<Answer> {
  const statement = `SELECT * FROM (\n${await harmlessQuery(ctx, query)}\n) LIMIT ${MOST_ROWS + 1}`;
  const columns = await readColumnNames(ctx.warehouse, statement);
  // D1 answers texts, numbers and nothing; blobs cannot be asked for in this dialect.
  const rows = (await readRows(ctx.warehouse, statement)) as Scalar[][];
  if (rows.length > MOST_ROWS) throw badRequest(`A template's query answers more than ${MOST_ROWS} rows`);
  return { columns, rows };
}
