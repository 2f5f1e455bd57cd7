import fc from "fast-check";
import { expect, it } from "vitest";
import type { Context } from "../../../src/context.ts";
import { dropTables, listTables } from "../../../src/domains/warehouse/loading/table-list.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { commit, load, type Row, rowsOf, target } from "./loads.ts";

const RUNS = 150;
const NAMES = ["a", "b", "c"] as const;

type Value = string | number | bigint | boolean | null;

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }) },
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom("2024-02-29", "2024-02-29T10:00:00Z", "12", "1e5", "true", "'", '"', "") },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constant(null) },
);

const missing = fc.constant(null);
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const wide = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Columns of one kind, as sources have them, widen in more ways than those of anything. */
const numeric = fc.oneof(fc.integer(), double, double, wide, missing);
const whole = fc.oneof(fc.integer(), fc.integer(), wide, fc.bigInt({ min: 2n ** 63n, max: 10n ** 25n }), missing);

const row = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  cells: fc.record({ a: numeric, b: whole, c: value }, { requiredKeys: [] }),
  list: fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 3 }),
});

const scenario = fc.record({
  keyed: fc.boolean(),
  loads: fc.array(
    fc.record({
      replaces: fc.boolean(),
      pages: fc.array(fc.array(row, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;
type Numbered = { number: number; id: number; cells: Partial<Record<string, Value>>; list: number[] };

async function play(ctx: Context, { keyed, loads }: Scenario): Promise<void> {
  await commit(ctx, await dropTables(ctx, "source:shop"));
  let model: Numbered[] = [];
  let number = 0;
  const log: Row[] = [];
  for (const [index, { replaces, pages }] of loads.entries()) {
    const numbered = pages.map((page) => page.map((each) => ({ ...each, number: ++number })));
    const rows = numbered.flat();
    // An empty full refresh is refused; see the test of it.
    if (replaces && rows.length === 0) continue;
    if (replaces) model = [];
    for (const each of rows) {
      if (keyed) model = model.filter(({ id }) => id !== each.id);
      model.push(each);
      log.push({ load: index, replaces, id: each.id, number: each.number });
    }
    const disposition = replaces ? "replace" : keyed ? "merge" : "append";
    const to = target({ disposition, key: keyed ? ["id"] : [], load: `load_${index}` });
    const loaded = numbered.map((page) => page.map(({ cells, ...rest }) => ({ ...rest, ...cells })));
    await load(ctx, to, loaded);
  }
  if (number === 0) return;
  await compareCells(ctx, model);
  await compareLists(ctx, model);
  const stored = await rowsOf(ctx, "SELECT id, number FROM raw_shop__orders ORDER BY number");
  expect(stored).toEqual(await judge(log, keyed));
  const counts = await listTables(ctx);
  expect(counts.find(({ name }) => name === "orders")?.row_count).toBe(model.length);
}

/** Every value is what the source wrote, in a class of its column. */
async function compareCells(ctx: Context, model: Numbered[]): Promise<void> {
  const [table] = await listTables(ctx);
  const columns = NAMES.filter((name) => table?.columns.some((column) => column.name === name));
  const texts = columns.map((name) => `, CAST(${name} AS TEXT) AS ${name}`).join("");
  const rows = await rowsOf(ctx, `SELECT number${texts} FROM raw_shop__orders ORDER BY number`);
  expect(rows.map((each) => each.number)).toEqual(model.map((each) => each.number).toSorted((a, b) => a - b));
  for (const each of model) {
    const found = rows.find((candidate) => candidate.number === each.number);
    for (const name of NAMES) {
      const type = table?.columns.find((column) => column.name === name)?.type;
      const where = `${name} of row ${each.number} as ${type}`;
      const text = found?.[name] ?? null;
      const expected = each.cells[name] ?? null;
      if (typeof expected === "number")
        expect(Object.is(Number(text), -0) ? 0 : Number(text), where).toBe(expected || 0);
      else if (type === "boolean" && expected !== null) expect(text === "1", where).toBe(expected);
      else if (type === "real" && expected !== null) expect(BigInt(Number(text)), where).toBe(expected);
      else expect(text, where).toBe(expected === null ? null : String(expected));
    }
  }
}

async function compareLists(ctx: Context, model: Numbered[]): Promise<void> {
  if (!(await listTables(ctx)).some(({ name }) => name === "orders__list")) return;
  const stored = await rowsOf(
    ctx,
    `SELECT o.number, l.value FROM raw_shop__orders__list l JOIN raw_shop__orders o ON o._catchment_id = l._catchment_parent_id
     ORDER BY o.number, l._catchment_list_idx`,
  );
  const expected = model
    .toSorted((a, b) => a.number - b.number)
    .flatMap((each) => each.list.map((element) => ({ number: each.number, value: element })));
  expect(stored).toEqual(expected);
  const [{ count } = { count: null }] = await rowsOf(ctx, "SELECT count(*) AS count FROM raw_shop__orders__list");
  expect(count).toBe(expected.length);
}

/** What DuckDB says is left of all rows that came. */
async function judge(log: Row[], keyed: boolean): Promise<Row[]> {
  if (log.length === 0) return [];
  const content = new TextEncoder().encode(log.map((line) => JSON.stringify(line)).join("\n"));
  const all = "SELECT * FROM read_json({log}, format = 'newline_delimited')";
  return askDuckdb(
    `WITH came AS (${all}), kept AS (SELECT * FROM came WHERE load >= coalesce((SELECT max(load) FROM came WHERE replaces), 0))
     SELECT id, number FROM kept ${keyed ? "QUALIFY row_number() OVER (PARTITION BY id ORDER BY number DESC) = 1" : ""} ORDER BY number`,
    { log: content },
  );
}

it(`any loads of any values leave what a model and DuckDB say (${RUNS} runs)`, async () => {
  const ctx = testContext();
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(scenario, (each) => play(ctx, each)),
    { seed, numRuns: RUNS },
  );
}, 300_000);
