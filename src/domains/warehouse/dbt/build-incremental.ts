import { sql } from "drizzle-orm";
import type { Context } from "../../../context.ts";
import { badRequest } from "../../../errors.ts";
import type { NodeConfig } from "../../../formats/dbt/nodes.ts";
import { foldName } from "../../../formats/sql/tokenize.ts";
import type { Statement } from "../../../platform/jobs/define.ts";
import { dropStored } from "../loading/generation.store.ts";
import { quote, storedName } from "../loading/table-names.ts";
import {
  type Build,
  type BuildOutcome,
  commitBuild,
  finishBuild,
  nextGeneration,
  noteAside,
  showGeneration,
} from "./build.ts";
import { createEmpty, createTableAs, type DeclaredColumn, listDeclared, refuseTwins } from "./build.store.ts";

/** What is added to a table, and how. */
interface Addition {
  /** Stored tables. */
  target: string;
  added: string;
  /** Columns of both. */
  names: string[];
  key: string[];
  /** Columns that rows which are there already keep. */
  kept: string[];
}

/**
 * Adds the rows of a query to the table that is there: built aside first, then taken over in one transaction, so that a
 * run that is broken off has added all of them or none.
 */
export async function buildIncrement(
  ctx: Context,
  build: Build,
  { query, config, outcome }: { query: string; config: NodeConfig; outcome: BuildOutcome },
): Promise<BuildOutcome> {
  const { warehouse } = ctx;
  const { schema, name, shown } = build;
  if (!shown) throw badRequest(`There is no table ${schema}.${name} to add to`);
  const generation = nextGeneration(build);
  const added = storedName(schema, name, generation);
  const current = storedName(schema, name, shown.generation);
  await commitBuild(ctx, build, [
    ...dropStored(warehouse, [...build.leftovers, added]),
    noteAside(ctx, build, generation),
    createTableAs(warehouse, added, query),
    refuseTwins(warehouse, added),
  ]);
  const [before, after] = [await listDeclared(warehouse, current), await listDeclared(warehouse, added)];
  const columns = columnsAfter(config, before, after);
  const isReshaped = columns.map((column) => column.name).join("\n") !== before.map((column) => column.name).join("\n");
  const shownGeneration = isReshaped ? generation + 1 : shown.generation;
  const target = storedName(schema, name, shownGeneration);
  const addition = planAddition(config, { target, added, columns, after });
  await refuseRepeatedKeys(ctx, addition, config);
  await commitBuild(ctx, build, [
    ...(isReshaped ? reshape(ctx, { from: current, to: target, before, columns }) : []),
    ...addRows(ctx, addition),
    ...dropStored(warehouse, [added]),
    ...showGeneration(ctx, build, shownGeneration),
    finishBuild(ctx, build, outcome),
  ]);
  return outcome;
}

/** The columns that the table has afterwards; throws 400 where `on_schema_change` does not allow what came. */
function columnsAfter(
  { on_schema_change = "ignore" }: NodeConfig,
  before: readonly DeclaredColumn[],
  after: readonly DeclaredColumn[],
): DeclaredColumn[] {
  const isIn = (columns: readonly DeclaredColumn[]) => {
    const names = new Set(columns.map(({ name }) => foldName(name)));
    return ({ name }: DeclaredColumn) => names.has(foldName(name));
  };
  const appeared = after.filter((column) => !isIn(before)(column));
  const vanished = before.filter((column) => !isIn(after)(column));
  const namesOf = (columns: readonly DeclaredColumn[]) => columns.map(({ name }) => name).join(", ");
  if (on_schema_change === "append_new_columns") return [...before, ...appeared];
  if (on_schema_change === "sync_all_columns") return [...before.filter(isIn(after)), ...appeared];
  if (on_schema_change === "fail" && appeared.length + vanished.length > 0) {
    throw badRequest(
      `The columns have changed (new: ${namesOf(appeared) || "none"}, gone: ${namesOf(vanished) || "none"}) and on_schema_change is fail`,
    );
  }
  if (vanished.length > 0) {
    throw badRequest(
      `The query has no column ${namesOf(vanished)} any more; set on_schema_change or run a full refresh`,
    );
  }
  return [...before];
}

function planAddition(
  config: NodeConfig,
  {
    target,
    added,
    columns,
    after,
  }: { target: string; added: string; columns: DeclaredColumn[]; after: DeclaredColumn[] },
): Addition {
  if (config["incremental_predicates"]) throw badRequest("incremental_predicates are not available");
  const available = new Map(after.map(({ name }) => [foldName(name), name]));
  const names = columns.map(({ name }) => name).filter((name) => available.has(foldName(name)));
  const key = config.incremental_strategy === "append" ? [] : listOf(config.unique_key);
  const missing = key.filter((name) => !available.has(foldName(name)));
  if (missing.length > 0) throw badRequest(`The query has no column ${missing.join(", ")}, which unique_key names`);
  const updated = listOf(config["merge_update_columns"]).map(foldName);
  const excluded = new Set(listOf(config["merge_exclude_columns"]).map(foldName));
  const isKept = (name: string) => (updated.length > 0 ? !updated.includes(name) : excluded.has(name));
  const kept = names.filter((name) => isKept(foldName(name)) && !key.some((part) => foldName(part) === foldName(name)));
  return { target, added, names, key, kept };
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value ?? []].flat()).map(String);

/** Which of two rows would count depends on chance. */
async function refuseRepeatedKeys({ warehouse }: Context, { added, key }: Addition, config: NodeConfig): Promise<void> {
  if (key.length === 0 || config.incremental_strategy !== "merge") return;
  const columns = key.map(quote).join(", ");
  const known = key.map((name) => `${quote(name)} IS NOT NULL`).join(" AND ");
  const repeated = `SELECT count(*) AS n FROM (SELECT 1 FROM ${quote(added)} WHERE ${known} GROUP BY ${columns} HAVING count(*) > 1)`;
  const { results } = await warehouse.run(sql.raw(repeated));
  const [{ n } = { n: 0 }] = results as { n: number }[];
  if (n > 0) throw badRequest(`${n} values of unique_key (${key.join(", ")}) come more than once`);
}

/** The rows of a table in one of other columns; new ones are empty. */
function reshape(
  { warehouse }: Context,
  { from, to, before, columns }: { from: string; to: string; before: DeclaredColumn[]; columns: DeclaredColumn[] },
): Statement[] {
  const known = new Set(before.map(({ name }) => name));
  const kept = columns.filter(({ name }) => known.has(name)).map(({ name }) => quote(name));
  return [
    ...dropStored(warehouse, [to]),
    createEmpty(warehouse, to, columns),
    ...(kept.length === 0
      ? []
      : [
          warehouse.run(
            sql.raw(`INSERT INTO ${quote(to)} (${kept.join(", ")}) SELECT ${kept.join(", ")} FROM ${quote(from)}`),
          ),
        ]),
  ];
}

/** Rows of a known key replace those that are there, as all strategies with a key have it. */
function addRows({ warehouse }: Context, { target, added, names, key, kept }: Addition): Statement[] {
  const [to, from] = [quote(target), quote(added)];
  const isSame = key.map((name) => `${from}.${quote(name)} = known.${quote(name)}`).join(" AND ");
  const statements: string[] = [];
  if (key.length > 0 && kept.length > 0) {
    const values = kept.map((name) => `${quote(name)} = known.${quote(name)}`).join(", ");
    statements.push(`UPDATE ${from} SET ${values} FROM ${to} AS known WHERE ${isSame}`);
  }
  if (key.length > 0) {
    const columns = key.map(quote).join(", ");
    statements.push(`DELETE FROM ${to} WHERE (${columns}) IN (SELECT ${columns} FROM ${from})`);
  }
  const columns = names.map(quote).join(", ");
  statements.push(`INSERT INTO ${to} (${columns}) SELECT ${columns} FROM ${from}`);
  return statements.map((statement) => warehouse.run(sql.raw(statement)));
}
