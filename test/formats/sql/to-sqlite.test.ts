import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Kind } from "../../../src/formats/sql/terms.ts";
import { toSqlite } from "../../../src/formats/sql/to-sqlite.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { EXPRESSIONS, EXPRESSIONS_OF_KINDS } from "./expressions.ts";

/** A column: its name, DuckDB's type, SQLite's type and its values as both write them. */
const COLUMNS: [string, string, string, string[]][] = [
  ["i", "BIGINT", "INTEGER", ["7", "-7", "0", "NULL", "12"]],
  ["j", "BIGINT", "INTEGER", ["2", "3", "-2", "5", "NULL"]],
  ["r", "DOUBLE", "REAL", ["2.5", "-3.5", "0.125", "NULL", "1000.75"]],
  ["t", "VARCHAR", "TEXT", ["'Ann'", "'b_b%'", "''", "NULL", "'x*[y]?'"]],
  ["n", "VARCHAR", "TEXT", ["'12'", "'-3'", "'1.5'", "NULL", "' 007 '"]],
  ["d", "DATE", "TEXT", ["'2024-01-31'", "'2024-02-29'", "'2023-12-31'", "NULL", "'2025-03-01'"]],
  [
    "s",
    "TIMESTAMP",
    "TEXT",
    ["'2024-01-31 23:59:59.5'", "'2024-03-01 00:00:00'", "'2021-01-03 10:20:30'", "NULL", "'2024-12-30 12:00:00'"],
  ],
  ["b", "BOOLEAN", "INTEGER", ["true", "false", "true", "NULL", "false"]],
];

/** That an integer is a boolean can be known from its column only. */
const FEW_KINDS = new Map<string, Kind>([["b", "boolean"]]);

const ALL_KINDS = new Map<string, Kind>([
  ["i", "integer"],
  ["j", "integer"],
  ["r", "real"],
  ["t", "text"],
  ["n", "text"],
  ["d", "date"],
  ["s", "timestamp"],
  ...FEW_KINDS,
]);

const values = [0, 1, 2, 3, 4]
  .map((row) => `(${row}, ${COLUMNS.map((column) => column[3][row]).join(", ")})`)
  .join(", ");
const columnsOf = (type: 1 | 2) => COLUMNS.map((column) => `${column[0]} ${column[type]}`).join(", ");

/** Comparisons with date_trunc lose their nulls in these optimizers of DuckDB 1.5. */
const IN_DUCKDB = `SET disabled_optimizers = 'statistics_propagation,expression_rewriter'; CREATE OR REPLACE TEMP TABLE facts (row_id INTEGER, ${columnsOf(1)}); INSERT INTO facts VALUES ${values};`;

beforeEach(async () => {
  await env.WAREHOUSE.batch([
    env.WAREHOUSE.prepare(`CREATE TABLE facts (row_id INTEGER, ${columnsOf(2)})`),
    env.WAREHOUSE.prepare(`INSERT INTO facts VALUES ${values}`),
  ]);
});

/** Numbers to nine digits. */
const shorten = (value: unknown): unknown => (typeof value === "number" ? Number(value.toPrecision(9)) : value);

/** The first row of a question to DuckDB, its values as SQLite shows them. */
async function inDuckdb(sql: string, names: string[]): Promise<unknown[][]> {
  const picked = names.map((name) => `${name}::VARCHAR AS ${name}, typeof(${name}) AS ${name}_type`).join(", ");
  const rows = await askDuckdb<Record<string, string | null>>(`${IN_DUCKDB} SELECT ${picked} FROM (${sql})`, {});
  return rows.map((row) =>
    names.map((name) => {
      const [value, type] = [row[name] ?? null, row[`${name}_type`] ?? ""];
      if (value === null) return null;
      if (type === "BOOLEAN") return value === "true" ? 1 : 0;
      return /INT|DOUBLE|DECIMAL|FLOAT/.test(type) ? shorten(Number(value)) : value;
    }),
  );
}

async function inSqlite(sql: string, kinds: ReadonlyMap<string, Kind>): Promise<unknown[][]> {
  const rows = await env.WAREHOUSE.prepare(toSqlite(sql, { kinds })).raw();
  return rows.map((row) => row.map(shorten));
}

const failure = (error: unknown): string => String(error).slice(0, 300);

/** What DuckDB and SQLite answer to expressions over the table; the differences as text. */
async function findDifferences(expressions: string[], kinds: ReadonlyMap<string, Kind>): Promise<string[]> {
  const names = expressions.map((_, index) => `v${index}`);
  const sql = `SELECT ${expressions.map((expression, index) => `${expression} AS v${index}`).join(", ")} FROM facts ORDER BY row_id`;
  const [duckdb, sqlite] = await Promise.all([
    inDuckdb(sql, names).catch(failure),
    inSqlite(sql, kinds).catch(failure),
  ]);
  if (typeof duckdb === "string" || typeof sqlite === "string")
    return [`${sql}: ${String(duckdb)} ≠ ${String(sqlite)}`];
  return expressions.flatMap((expression, index) => {
    const [expected, actual] = [duckdb, sqlite].map((rows) => JSON.stringify(rows.map((row) => row[index])));
    return expected === actual ? [] : [`${expression}: ${expected} ≠ ${actual}`];
  });
}

describe.each([
  ["with the kinds of all columns", ALL_KINDS],
  ["with hardly a column's kind known", FEW_KINDS],
])("%s", (_, kinds) => {
  it("expressions mean in SQLite what they mean in DuckDB", async () => {
    const different: string[] = [];
    const all = kinds === ALL_KINDS ? [...EXPRESSIONS, ...EXPRESSIONS_OF_KINDS] : EXPRESSIONS;
    for (const expression of all) different.push(...(await findDifferences([expression], kinds)));
    expect(different).toEqual([]);
  });

  it("so do expressions put together by chance", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(integer, number, text, condition, time), { minLength: 6, maxLength: 6 }),
        async (expressions) => {
          expect(await findDifferences(expressions, kinds)).toEqual([]);
        },
      ),
      { numRuns: 40, seed: 20240115 },
    );
  });
});

/** Expressions of each kind, by the grammar of what models compute. */
const { integer, number, text, condition, time } = fc.letrec<
  Record<"integer" | "number" | "text" | "condition" | "time", string>
>((tie) => ({
  integer: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("i", "j", "3", "-2", "0"),
    fc
      .tuple(tie("integer"), fc.constantFrom("+", "-", "*", "%"), tie("integer"))
      .map((parts) => `(${parts.join(" ")})`),
    tie("text").map((value) => `length(${value})`),
    tie("number").map((value) => `cast(round(${value}, 3) as bigint)`),
    fc
      .tuple(tie("condition"), tie("integer"), tie("integer"))
      .map(([when, then, otherwise]) => `case when ${when} then ${then} else ${otherwise} end`),
    fc.tuple(tie("integer"), tie("integer")).map(([left, right]) => `coalesce(${left}, ${right})`),
    fc
      .tuple(fc.constantFrom("day", "month", "year", "hour"), tie("time"), tie("time"))
      .map(([unit, from, to]) => `datediff('${unit}', ${from}, ${to})`),
    fc
      .tuple(fc.constantFrom("year", "month", "dow", "week", "quarter"), tie("time"))
      .map(([unit, at]) => `date_part('${unit}', ${at})`),
  ),
  number: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("r", "0.5::double", "r * 2"),
    tie("integer"),
    fc.tuple(tie("number"), fc.constantFrom("+", "-", "*"), tie("number")).map((parts) => `(${parts.join(" ")})`),
    fc.tuple(tie("number"), tie("number")).map(([left, right]) => `(${left} / nullif(${right}, 0))`),
    tie("integer").map((value) => `${value} / 4`),
    tie("number").map((value) => `abs(${value})`),
    fc.tuple(tie("number"), tie("number")).map(([left, right]) => `greatest(${left}, ${right})`),
  ),
  text: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("t", "n", "'Ann'", "'it''s'", "''"),
    fc.tuple(tie("text"), tie("text")).map(([left, right]) => `${left} || ${right}`),
    fc.tuple(tie("text"), tie("text")).map(([left, right]) => `concat(${left}, ${right})`),
    tie("text").map((value) => `upper(${value})`),
    fc.tuple(tie("text"), fc.integer({ min: -3, max: 4 })).map(([value, count]) => `left(${value}, ${count})`),
    fc.tuple(tie("text"), fc.integer({ min: -3, max: 4 })).map(([value, count]) => `right(${value}, ${count})`),
    fc.tuple(tie("text"), fc.integer({ min: 1, max: 3 })).map(([value, part]) => `split_part(${value}, 'n', ${part})`),
    tie("integer").map((value) => `cast(${value} as varchar)`),
    tie("condition").map((value) => `cast((${value}) as varchar)`),
    tie("time").map((value) => `cast(${value} as varchar)`),
  ),
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("b", "true", "i is null", "not b"),
    fc.tuple(tie("number"), fc.constantFrom("<", "<=", ">", ">="), tie("number")).map((parts) => parts.join(" ")),
    fc
      .tuple(tie("integer"), fc.constantFrom("=", "<>", "is distinct from"), tie("integer"))
      .map((parts) => parts.join(" ")),
    fc
      .tuple(tie("time"), fc.constantFrom("<", "<=", "=", "<>", ">", ">="), tie("time"))
      .map((parts) => parts.join(" ")),
    fc.tuple(tie("text"), fc.constantFrom("=", "<", "<>"), tie("text")).map((parts) => parts.join(" ")),
    fc
      .tuple(tie("text"), fc.constantFrom("like 'A%'", "ilike '%N'", "not like '%\\_%'", "like '%[%'"))
      .map((parts) => `${parts.join(" ")}`),
    fc.tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition")).map((parts) => parts.join(" ")),
    tie("condition").map((value) => `not (${value})`),
    fc.tuple(tie("integer"), tie("integer")).map(([value, other]) => `${value} in (7, ${other})`),
    fc.tuple(tie("integer"), tie("integer")).map(([value, other]) => `${value} between 0 and ${other}`),
  ),
  time: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom("d", "s", "date '2024-02-29'", "timestamp '2024-01-31 23:59:59'", "s::date", "d::timestamp"),
    fc
      .tuple(
        tie("time"),
        fc.constantFrom("+", "-"),
        fc.constantFrom("interval '1 day'", "interval 2 month", "interval '90 minutes'"),
      )
      .map((parts) => `(${parts.join(" ")})`),
    fc
      .tuple(fc.constantFrom("year", "quarter", "month", "week", "day", "hour"), tie("time"))
      .map(([unit, at]) => `date_trunc('${unit}', ${at})`),
  ),
}));

/** Whole queries with the columns they answer; the order of rows is theirs. */
const QUERIES: [string, string[], string][] = [
  ["nulls sort last", ["v"], "select i as v from facts order by i"],
  ["nulls sort last downwards too", ["v"], "select i as v from facts order by i desc, row_id"],
  ["asked for, nulls sort first", ["v"], "select i as v from facts order by i desc nulls first"],
  [
    "common tables",
    ["v"],
    "with a as (select i / 2 as half from facts), b(x) as (select half from a) select x as v from b order by x",
  ],
  [
    "groups",
    ["v", "n", "mean"],
    "select date_trunc('year', d) as v, count(*) as n, sum(i) / count(*) as mean from facts group by 1 order by v",
  ],
  ["a group by an alias", ["v"], "select left(t, 1) as v from facts group by v order by v"],
  [
    "joins",
    ["v", "w"],
    'select a.i as v, "b".j as w from facts a left join facts as "b" on a.i = b.i and b.j > 2 order by a.row_id',
  ],
  ["a union", ["v"], "select i as v from facts where i > 0 union all select j from facts where j > 2 order by v"],
  [
    "a query in a condition",
    ["v"],
    "select t as v from facts where i in (select max(i) from facts) or exists (select 1 from facts f where f.i = facts.j)",
  ],
  [
    "filters of aggregates",
    ["v", "w", "x"],
    "select count(*) filter (where i > 0) as v, sum(case when b then i else 0 end) as w, avg(i) as x from facts",
  ],
  ["texts in order", ["v", "w"], "select string_agg(t, ',' order by t desc) as v, count(distinct b) as w from facts"],
  [
    "the newest of each",
    ["v"],
    "select v from (select i as v, row_number() over (partition by b order by s desc, i) as rn from facts) x where rn = 1 order by v",
  ],
  [
    "a named window",
    ["v"],
    "select sum(i) over w as v from facts window w as (partition by b order by row_id) order by row_id",
  ],
  [
    "names that subqueries give",
    ["v", "w", "x"],
    "with a as (select row_id, i > 3 as flag, b::varchar as b, d as day from facts), c as (select * from a) select c.flag::varchar as v, b = 'true' as w, day >= s as x from c join (select row_id, s from facts) y using (row_id) order by row_id",
  ],
  [
    "the same name in two subqueries",
    ["v", "w"],
    "select p.b::varchar as v, q.b::varchar as w from (select row_id, b from facts) p, (select row_id, i as b from facts) as q where p.row_id = q.row_id order by p.row_id",
  ],
  [
    "a correlated name",
    ["v"],
    "select (select max(f.b)::varchar || o.x::varchar from facts f where f.row_id <= o.row_id) as v from (select row_id, b as x from facts) o order by row_id",
  ],
  [
    "a name that a union mixes",
    ["v"],
    "select b::varchar as v from (select row_id, i as b from facts union all select row_id + 10, j as i from facts) order by row_id",
  ],
  ["a query as a value", ["v"], "select (select bool_or(b) from facts)::varchar as v from facts where row_id = 0"],
  ["a name that a list gives anew", ["b", "v"], "select b::varchar as b, b as v from facts order by b desc, row_id"],
  ["a limit", ["v"], "select row_id as v from facts order by row_id limit 2 offset 1"],
  ["a comment, a semicolon", ["v"], "select 1 as v -- one\n/* two */ from facts where true;"],
];

it.each(QUERIES)("a query means the same: %s", async (_, names, sql) => {
  expect(await inSqlite(sql, ALL_KINDS)).toEqual(await inDuckdb(sql.replace(/;$/, ""), names));
});

it.each([
  ["select a\nqualify row_number() over (order by a) = 1", "Line 2: QUALIFY is not available"],
  ["select distinct on (a) a from t", "Line 1: DISTINCT ON is not available"],
  ["select md5(a) from t", "the function md5 is not available: there is no hash function"],
  ["select\n\nmedian(a) from t", "Line 3: the function median is not available"],
  ["select * from generate_series(1, 3)", "the function generate_series is not available"],
  ["select percentile_cont(0.5) within group (order by a) from t", "percentile_cont is not available"],
  ["select string_agg(a) within group (order by a) from t", "WITHIN GROUP is not available"],
  ["select regexp_replace(a, 'b', 'c') from t", "regexp_replace is not available"],
  ["select a ~ 'b' from t", "the operator ~ is not available"],
  ["select d + interval -1 day from t", "the count of an interval needs brackets, as in (-1)"],
  ["select d + interval +1 day from t", "the count of an interval needs brackets, as in (-1)"],
  ["select 2 ^ 3", "the operator ^ is not available"],
  ["select 5 // 2", "the operator // is not available"],
  ["select a -> 'b' from t", "the operator -> is not available"],
  ["select [1, 2]", "lists are not available"],
  ["select a::int[] from t", "lists are not available"],
  ["select a::json from t", "the type json is not available"],
  ["select a::timestamptz from t", "the type timestamptz is not available"],
  ["select a at time zone 'UTC' from t", "time zones are not available"],
  ["select * from a semi join b using (id)", "SEMI JOIN is not available"],
  ["select * from a, lateral (select 1)", "LATERAL is not available"],
  ["select a from t group by all", "BY ALL is not available"],
  ["select * exclude (a) from t", "exclude with a list of columns is not available"],
  ["select * from (values (1)) as t(a)", "t with a list of columns is not available"],
  ["select interval '1 day'", "an interval can only be added to a time"],
  ["select date '2024-02-30'", '"2024-02-30" is not a date'],
  ["select cast(1.5 + 2.25 as varchar)", "cast it to numeric(p, s) first"],
  ["select a ilike 'é%' from t", "ilike knows ASCII letters only"],
  ["select :name", "a parameter is not available"],
  ["select date_trunc(unit, a || b) from t", "date_trunc to unit is not available"],
  ["select lag(a ignore nulls) over () from t", "is expected"],
  ["select a similar to 'b' from t", "SIMILAR is not available"],
  ["select a collate nocase from t", "COLLATE is not available"],
  ["select date '2024-01-01' * 2", "times cannot be multiplied"],
  ["select (1", "is expected"],
  ["select 1)", "a bracket is closed that was never opened"],
  ["select constructor(1)", "the function constructor is not available"],
])("what has no equal is refused with the reason: %s", (sql, reason) => {
  expect(() => toSqlite(sql)).toThrow(reason);
});

it.each([
  ["cast(t as integer)", "cannot cast to number"],
  ["t::date", "cannot cast to date"],
  ["i::text::date", "cannot cast to date"],
  ["t::boolean", "cannot cast to boolean"],
  ["d + 1", "not a number"],
  ["d - s", "not a number"],
  ["j / i", "division by zero; use nullif"],
  ["ln(i)", "ln of a number <= 0"],
  ["sqrt(i)", "sqrt of a number < 0"],
  ["acos(i)", "acos of a number NOT BETWEEN -1 AND 1"],
  ["cast(1e30 as bigint)", "cannot cast to bigint"],
  ["sum(d)", "not a number"],
  ["lower('É' || t)", "lower knows ASCII letters only"],
  ["upper('é' || t)", "upper knows ASCII letters only"],
  ["date_trunc('month', t)", "not a timestamp"],
  ["(r / 3)::varchar", "the text of this double"],
])("what depends on a value fails when it runs: %s", async (expression, reason) => {
  await expect(inSqlite(`select ${expression} from facts`, new Map())).rejects.toThrow(`bad JSON path: '${reason}`);
});
