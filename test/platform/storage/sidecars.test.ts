import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { findSidecar, markAllOrphaned, markLive, markOrphaned } from "../../../src/platform/storage/objects.store.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { readPreview, readSeries } from "../../../src/platform/storage/sidecars.ts";
import { writeFileSidecars } from "../../../src/platform/storage/file-sidecars.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext, type TestContext } from "../../support/context.ts";

const DAY = 24 * 3600 * 1000;

/** A file with its sidecars, live as after a finished upload. */
async function store(ctx: TestContext, filename: string, text: string) {
  const bytes = new TextEncoder().encode(text);
  const object = await putObject(ctx, { path: filename, bytes, content_type: "text/plain", origin: "test" });
  const sidecars = await writeFileSidecars(ctx, { object, filename, origin: "test" });
  for (const key of [object.key, ...sidecars]) await markLive(ctx.db, key, ctx.now());
  return { key: object.key, sidecars };
}

const stateOf = async (ctx: TestContext, key: string) => {
  const [row] = await ctx.db.select({ state: objects.state }).from(objects).where(eq(objects.key, key));
  return row?.state ?? null;
};

it("a file's preview has its schema, its row count and its first rows", async () => {
  const ctx = testContext();
  const { key, sidecars } = await store(ctx, "a.csv", "ts,name,x,gap\n1,a,0.5,1\n2,,1.5,\n3,c,2,3\n");
  expect(sidecars.map((name) => name.replace(/[0-9a-f]{16}$/, "#"))).toEqual([
    `${key}.sidecar.preview.jsonl.#`,
    `${key}.sidecar.pyramid.bin.#`,
  ]);
  expect(await readPreview(ctx, key, { limit: 1, offset: 1 })).toEqual({
    columns: [
      { name: "ts", dtype: "int64" },
      { name: "name", dtype: "object" },
      { name: "x", dtype: "float64" },
      { name: "gap", dtype: "float64" },
    ],
    row_count: 3,
    rows: [[2, null, 1.5, null]],
  });
  expect(await readPreview(ctx, key, { limit: 5, offset: 3 })).toMatchObject({ rows: [], row_count: 3 });
  expect(await readPreview(ctx, "another.csv", { limit: 1, offset: 0 })).toBeNull();
});

it("a file without header and without a closing line end has all its rows", async () => {
  const ctx = testContext();
  const { key } = await store(ctx, "bare.csv", "1,2.5\n2,3");
  expect(await readPreview(ctx, key, { limit: 9, offset: 0 })).toEqual({
    columns: [
      { name: "column_1", dtype: "int64" },
      { name: "column_2", dtype: "float64" },
    ],
    row_count: 2,
    rows: [
      [1, 2.5],
      [2, 3],
    ],
  });
});

it("rows beyond the first 5,000 are not in the preview", async () => {
  const ctx = testContext();
  const rows = Array.from({ length: 6000 }, (_, row) => `${row},x\n`).join("");
  const { key } = await store(ctx, "long.csv", `n,text\n${rows}`);
  expect(await readPreview(ctx, key, { limit: 2, offset: 4998 })).toMatchObject({
    rows: [
      [4998, "x"],
      [4999, "x"],
    ],
    row_count: 6000,
  });
  expect(await readPreview(ctx, key, { limit: 3, offset: 4998 })).toBeNull();
});

it("wide texts shorten a preview, not the count of its rows", async () => {
  const ctx = testContext();
  const wide = "w".repeat(100_000);
  const { key } = await store(
    ctx,
    "wide.csv",
    `n,text\n${Array.from({ length: 40 }, (_, n) => `${n},${wide}\n`).join("")}`,
  );
  const held = await readPreview(ctx, key, { limit: 20, offset: 0 });
  expect([held?.rows.length, held?.row_count]).toEqual([20, 40]);
  expect(await readPreview(ctx, key, { limit: 40, offset: 0 })).toBeNull();
});

it("a series of a long file keeps its extremes and both ends, by one ranged get", async () => {
  const ctx = testContext();
  const values = Array.from({ length: 50_000 }, (_, row) =>
    row === 31_234 ? -1000 : Math.round(Math.sin(row / 900) * 500) / 10,
  );
  const { key } = await store(ctx, "line.csv", `ts,y\n${values.map((y, row) => `${1000 + row * 60},${y}\n`).join("")}`);
  const gets: string[] = [];
  const lake = new Proxy(env.LAKE, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        gets.push(String(name));
        return member.apply(target, args);
      };
    },
  });
  const series = await readSeries({ ...ctx, lake }, key, { column: "y", points: 1000 });
  expect(gets).toEqual(["get"]);
  const { x, y } = series ?? { x: new Float64Array(), y: new Float64Array() };
  expect(series).toMatchObject({ x_name: "ts", row_count: 50_000 });
  expect(x.length).toBeLessThanOrEqual(1000);
  expect(x.length).toBeGreaterThan(700);
  expect([x[0], y[0]]).toEqual([1000, values[0]]);
  expect([x.at(-1), y.at(-1)]).toEqual([1000 + 49_999 * 60, values.at(-1)]);
  const lowest = y.indexOf(-1000);
  expect(x[lowest]).toBe(1000 + 31_234 * 60);
  expect(Array.from(x)).toEqual(Array.from(x).toSorted((a, b) => a - b));
  for (const [index, place] of x.entries()) expect(y[index]).toBe(values[(place - 1000) / 60]);
});

it("a series of fewer rows than points has every row, and a column of texts none", async () => {
  const ctx = testContext();
  const { key } = await store(ctx, "short.csv", "y,name\n3,a\n1,b\n,c\n1,d\n");
  expect(await readSeries(ctx, key, { column: "y", points: 10 })).toEqual({
    x: Float64Array.of(0, 1, 3),
    y: Float64Array.of(3, 1, 1),
    x_name: null,
    row_count: 4,
    point_count: 3,
  });
  expect(await readSeries(ctx, key, { column: "name", points: 10 })).toBeNull();
});

it("a fault of the lake is 503, and a sidecar that is gone is none", async () => {
  const ctx = testContext();
  const { key, sidecars } = await store(ctx, "gone.csv", "ts,y\n1,2\n2,3\n");
  const preview = { limit: 1, offset: 0 };
  const series = { column: "y", points: 10 };
  const fail = async () => Promise.reject(new Error("internal error; please try again"));
  const log = { ...ctx.log, error: () => {} };
  const faulty = { ...ctx, log, lake: { get: fail } as unknown as R2Bucket };
  await expect(readPreview(faulty, key, preview)).rejects.toMatchObject({ status: 503, retry_after: 5 });
  await expect(readSeries(faulty, key, series)).rejects.toMatchObject({ status: 503, retry_after: 5 });
  await ctx.lake.delete(sidecars);
  expect(await readPreview(ctx, key, preview)).toBeNull();
  expect(await readSeries(ctx, key, series)).toBeNull();
});

it("a column whose later rows are texts is one of texts, and no row is lost by it", async () => {
  const ctx = testContext();
  const rows = Array.from({ length: 2000 }, (_, row) => `${row},${row === 1500 ? "later" : row}\n`).join("");
  const { key } = await store(ctx, "late.csv", `n,y\n${rows}`);
  expect(await readPreview(ctx, key, { limit: 1, offset: 1500 })).toEqual({
    columns: [
      { name: "n", dtype: "int64" },
      { name: "y", dtype: "object" },
    ],
    row_count: 2000,
    rows: [[1500, "later"]],
  });
  expect(await readSeries(ctx, key, { column: "y", points: 10 })).toBeNull();
  expect(await readSeries(ctx, key, { column: "n", points: 10 })).toMatchObject({ row_count: 2000 });
});

it.each([
  ["nothing.parquet", "PAR1 no more"],
  ["half.json", '[{"a":1},{"a":'],
  ["mixed.json", '[1] {"a":1}'],
  ["picture.png", "x"],
  ["empty.csv", ""],
])("%s has no sidecars and does not fail", async (filename, text) => {
  expect((await store(testContext(), filename, text)).sidecars).toEqual([]);
});

it("sidecars are swept with the file that they describe, and no other's are", async () => {
  const ctx = testContext();
  const one = await store(ctx, "one.csv", "n\n1\n");
  const two = await store(ctx, "two.csv", "n\n1\n");
  const three = await store(ctx, "three.csv", "n\n1\n");
  await markOrphaned(ctx.db, one.key, ctx.now());
  await markAllOrphaned(ctx.db, sql`(SELECT ${two.key})`, ctx.now());
  ctx.advance(DAY + 1000);
  expect(await sweepObjects(ctx)).toMatchObject({ rows: 6 });
  for (const key of [one.key, ...one.sidecars, two.key, ...two.sidecars]) {
    expect([await stateOf(ctx, key), await env.LAKE.head(key)]).toEqual([null, null]);
  }
  for (const key of [three.key, ...three.sidecars]) expect(await stateOf(ctx, key)).toBe("live");
  expect(await readPreview(ctx, one.key, { limit: 1, offset: 0 })).toBeNull();
});

it("sidecars are found by their keys, however many objects there are", async () => {
  const { db } = testContext();
  const queries = [
    findSidecar(db, "a", "preview.jsonl"),
    markOrphaned(db, "a", 0),
    markOrphaned(db, sql<string>`(SELECT object_key FROM manifest WHERE id = 1)`, 0),
    markAllOrphaned(db, sql`(SELECT object_key FROM manifest WHERE id IN (1, 2))`, 0),
  ];
  for (const query of queries) {
    const { sql: text, params } = query.toSQL();
    const plan = env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind(...params);
    const steps = (await plan.all<{ detail: string }>()).results.map(({ detail }) => detail);
    expect(steps.join("\n")).toContain("sqlite_autoindex_objects_1 (key>? AND key<?)");
    expect(steps.filter((step) => step.includes("objects_state") || step === "SCAN objects")).toEqual([]);
  }
});
