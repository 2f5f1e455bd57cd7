import { expect, it } from "vitest";
import { findSource } from "../../../src/domains/warehouse/source.store.ts";
import { listTables } from "../../../src/domains/warehouse/loading/table-list.ts";
import { renderStagingModel } from "../../../src/domains/warehouse/staging-model.ts";
import { guardQuery, wrapQuery } from "../../../src/formats/sql/guard-query.ts";
import { toSqlite } from "../../../src/formats/sql/to-sqlite.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { type Row, rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, upload } from "./syncs.ts";

/** In the order in which they are uploaded. */
const FILES = {
  "a.csv":
    "id,region,amount,updated_at\n1,eu,10,2024-01-01\n1,us,11,2024-01-03\n2,eu,20,2024-01-02\n,eu,5,2024-01-01\n",
  "b.csv": "amount,updated_at,id,region\n12,2024-01-02,1,eu\n21,,2,eu\n30,2024-01-05,3,us\n,2024-01-06,,us\n",
  "c.csv": "id,region,amount,updated_at\n3,us,31,2024-01-05\n4,eu,,\n4,eu,41,\n2,eu,22,2024-01-04\n",
};

const READ = Object.keys(FILES)
  .map(
    (name, file) =>
      `SELECT ${file} AS file, row_number() OVER () AS line, id, region, amount, updated_at::VARCHAR AS updated_at FROM read_csv({${name}})`,
  )
  .join(" UNION ALL ");

/** Orders rows of a key as the files came. */
const ARRIVAL = "file DESC, line DESC";
const NEWEST = `updated_at DESC NULLS LAST, ${ARRIVAL}`;
const OLDEST = "updated_at ASC NULLS LAST, file, line";

const keep = (key: string, order: string, keyless: string) =>
  `FROM (${READ}) QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY ${order}) = 1 OR ${keyless}`;

const COLUMNS = "id, region, amount, updated_at";
const NO_ID = "id IS NULL";

const cases: [string, Record<string, unknown>, string][] = [
  ["none", {}, `SELECT ${COLUMNS} FROM (${READ})`],
  ["append_only", { primary_key: "id" }, `SELECT ${COLUMNS} FROM (${READ})`],
  ["latest_only", {}, `SELECT ${COLUMNS} ${keep("id", NEWEST, NO_ID)}`],
  [
    "last_modified",
    { primary_key: "ID", timestamp_column: "amount", timestamp_sort: "asc" },
    `SELECT ${COLUMNS} ${keep("id", "amount ASC NULLS LAST, file, line", NO_ID)}`,
  ],
  ["first_seen", { primary_key: ["id"] }, `SELECT ${COLUMNS} ${keep("id", OLDEST, NO_ID)}`],
  ["composite_key", { primary_key: ["id", "region"] }, `SELECT ${COLUMNS} ${keep("id, region", NEWEST, NO_ID)}`],
  ["row_number", { primary_key: ["region"] }, `SELECT ${COLUMNS} ${keep("region", NEWEST, "region IS NULL")}`],
  [
    "scd_type2",
    { primary_key: "id", timestamp_column: "updated_at" },
    `SELECT ${COLUMNS}, updated_at AS dbt_valid_from,
      (SELECT min(later.updated_at) FROM numbered later WHERE later.id = numbered.id AND later.place > numbered.place)
        AS dbt_valid_to,
      (id IS NULL OR NOT EXISTS (FROM numbered later WHERE later.id = numbered.id AND later.place > numbered.place))::INT
        AS is_current
    FROM numbered`,
  ],
];

const NUMBERED = `WITH numbered AS (
  SELECT *, row_number() OVER (ORDER BY updated_at NULLS FIRST, file, line) AS place FROM (${READ})
)`;

/** The rows of a source's staging model, run as dbt runs it. */
async function stagedRows({ ctx }: JobWorld, source: string): Promise<Row[]> {
  const row = await findSource(ctx.db, source);
  const [table] = await listTables(ctx, `raw_${source}`);
  const { deduplication_strategy: strategy, ...deduplication } = Object(row?.config);
  const columns = table?.columns ?? [];
  const model = renderStagingModel({ source, table: source, columns, deduplication: { strategy, ...deduplication } });
  const query = model
    .replace(/^--.*\n\{\{ config\(materialized='view', schema='staging'\) \}\}/, "")
    .replace(`{{ source('raw_${source}', '${source}') }}`, `raw_${source}__${source}`);
  return rowsOf(ctx, wrapQuery(guardQuery(toSqlite(query)), 1000));
}

const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).toSorted();

for (const [strategy, config, judge] of cases) {
  it(`the model of ${strategy} has the rows that DuckDB finds`, async () => {
    const input = { name: "sales", type: "csv", config: { deduplication_strategy: strategy, ...config } };
    expect((await answerOf("POST", "/sources", input)).status).toBe(201);
    const world = openSyncWorld();
    for (const [name, text] of Object.entries(FILES)) await upload("sales", name, text);
    await sync(world, "sales");
    const files = Object.fromEntries(
      Object.entries(FILES).map(([name, text]) => [name, new TextEncoder().encode(text)]),
    );
    const expected = await askDuckdb<Row>(judge.includes("numbered") ? `${NUMBERED} ${judge}` : judge, files);
    expect(sorted(await stagedRows(world, "sales"))).toEqual(sorted(expected));
  });
}
