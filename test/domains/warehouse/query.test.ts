import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { HOSTILE } from "../../formats/sql/hostile-statements.ts";
import { LEGITIMATE } from "../../formats/sql/legitimate-statements.ts";
import { createTables } from "../../formats/sql/query-layers.ts";
import { makeApiToken } from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";
import { load, target } from "./loads.ts";

interface Answer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  row_count: number;
  truncated: boolean;
}

const app = createApp();

interface Call {
  headers?: Record<string, string>;
  bindings?: Record<string, unknown>;
}

async function send(body: BodyInit, { headers = {}, bindings = {} }: Call = {}): Promise<Response> {
  const execution = createExecutionContext();
  const request = new Request("http://localhost/api/query", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body,
  });
  const response = await app.fetch(request, { ...env, ...bindings }, execution);
  await waitOnExecutionContext(execution);
  return response;
}

const query = (sql: unknown, limit?: unknown, call?: Call) => send(JSON.stringify({ sql, limit }), call);

async function answerOf(sql: string, limit?: number): Promise<Answer> {
  const response = await query(sql, limit);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json<Answer>();
}

async function reasonOf(response: Response): Promise<{ status: number; error: string; message: string }> {
  const { error, message } = await response.json<{ error: string; message: string }>();
  return { status: response.status, error, message };
}

/** All there is in the database: its schema, and how many rows each table has. */
async function fingerprint(): Promise<string> {
  const { results } = await env.WAREHOUSE.prepare(
    "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type, name",
  ).all<{ type: string; name: string; sql: string }>();
  const counts: number[] = [];
  for (const { type, name } of results) {
    if (type !== "table") continue;
    counts.push((await env.WAREHOUSE.prepare(`SELECT count(*) AS n FROM "${name}"`).first<number>("n")) ?? -1);
  }
  return JSON.stringify([results, counts]);
}

describe("what a user may not ask", () => {
  beforeEach(createTables);

  it.each(Object.keys(HOSTILE))("%s answers 400 with the reason and changes nothing", async (kind) => {
    const before = await fingerprint();
    const others: string[] = [];
    for (const sql of HOSTILE[kind] ?? []) {
      const { status, message } = await reasonOf(await query(sql));
      if (status !== 400 || message === "") others.push(`${sql} → ${status} ${message}`);
    }
    expect(others).toEqual([]);
    expect(await fingerprint()).toBe(before);
  });

  it("an endless recursion and a cross join of three are refused while others are answered within a second", async () => {
    const started = Date.now();
    const dangerous = [
      "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
      "WITH t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
      "SELECT count(*) FROM orders a, orders b, orders c",
    ].map((sql) => query(sql));
    const harmless = query("SELECT count(*) AS n FROM orders");
    expect((await harmless).status).toBe(200);
    expect(Date.now() - started).toBeLessThan(1_000);
    for (const refused of await Promise.all(dangerous)) expect(refused.status).toBe(400);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it("a cross join is told which tables and how many rows", async () => {
    expect(await reasonOf(await query("SELECT count(*) FROM orders a, orders b, orders c"))).toEqual({
      status: 400,
      error: "QUERY_REFUSED",
      message: expect.stringContaining("a (2000 rows) × b (2000 rows) × c (2000 rows)"),
    });
  });

  it("a table that grows while a query is looked at counts as it is then", async () => {
    await load(testContext(), target(), [[{ id: 1 }]]);
    const grow = env.WAREHOUSE.prepare("UPDATE _catchment_tables SET row_count = 100000");
    const growing = new Proxy(env.WAREHOUSE, {
      get: (database, name: keyof D1Database) => {
        if (name !== "batch") return database[name].bind(database);
        return async (statements: D1PreparedStatement[]) => {
          await grow.run();
          return database.batch(statements);
        };
      },
    });
    const sql = "SELECT count(*) FROM raw_shop__orders a, raw_shop__orders b";
    expect(await reasonOf(await query(sql, 10, { bindings: { WAREHOUSE: growing } }))).toMatchObject({
      status: 400,
      message: expect.stringContaining("(100000 rows)"),
    });
  });

  it("a generation of a table is replaced with every load, so the table is named instead", async () => {
    await load(testContext(), target(), [[{ id: 1 }]]);
    expect(await reasonOf(await query("SELECT * FROM raw_shop__orders__v1"))).toEqual({
      status: 400,
      error: "QUERY_REFUSED",
      message: 'The query is refused: "raw_shop__orders__v1" is replaced with every load; read "raw_shop__orders"',
    });
    expect(await answerOf("WITH a__v1 AS (SELECT 1 AS x) SELECT x FROM a__v1")).toMatchObject({ rows: [[1]] });
  });
});

describe("a wrong request", () => {
  it.each([
    ["no sql", {}, "sql: "],
    ["an empty text", { sql: "" }, "sql: "],
    ["a number", { sql: 1 }, "sql: "],
    ["a list", { sql: ["SELECT 1"] }, "sql: "],
    ["null", { sql: null }, "sql: "],
    ["no row", { sql: "SELECT 1", limit: 0 }, "limit: "],
    ["more than 10,000 rows", { sql: "SELECT 1", limit: 10_001 }, "limit: "],
    ["half a row", { sql: "SELECT 1", limit: 1.5 }, "limit: "],
    ["rows as text", { sql: "SELECT 1", limit: "10" }, "limit: "],
    ["a text above 100 KB", { sql: `SELECT 1 -- ${"x".repeat(100_000)}` }, "sql: "],
    ["a NUL", { sql: "SELECT 1\u0000" }, "The query is refused: line 1 has an unfinished or unknown token"],
  ])("with %s is 400", async (_, body, message) => {
    const answer = await reasonOf(await send(JSON.stringify(body)));
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining(message) });
  });

  it("above 1 MiB is 413", async () => {
    expect((await query(`SELECT '${"x".repeat(1_048_576)}'`)).status).toBe(413);
  });

  it("that is no JSON is 422", async () => {
    expect((await send("SELECT 1")).status).toBe(422);
  });

  it.each([
    ["SELECT 1 +\nFROM x", 'near "FROM": syntax error at line 2, column 1'],
    ["SELECT 'ä', nope", "no such column: nope at line 1, column 13"],
    ["SELECT * FROM nope", "no such table: nope"],
    ["SELECT nope(1)", "no such function: nope"],
    ["SELECT json_extract('x', '$')", "malformed JSON"],
    ["SELECT abs(-9223372036854775808)", "integer overflow"],
  ])("%s is 400 in SQLite's words", async (sql, message) => {
    expect(await reasonOf(await query(sql))).toEqual({
      status: 400,
      error: "QUERY_FAILED",
      message: expect.stringContaining(message),
    });
  });
});

describe("access", () => {
  const closed = { ANONYMOUS_ACCESS: "market-data" };
  const bearer = async (scope: string[]) => ({ Authorization: `Bearer ${await makeApiToken(scope)}` });

  it("is for whoever may read the warehouse", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await query("SELECT 1", 1, { headers, bindings: closed })).status;
    expect(await ask({})).toBe(401);
    expect(await ask(await bearer(["market-data"]))).toBe(403);
    expect(await ask(await bearer(["warehouse:read"]))).toBe(200);
    expect((await query("SELECT 1")).status).toBe(200);
  });
});

describe("what a user may ask", () => {
  it("queries of every kind are answered", async () => {
    await createTables();
    const failed: string[] = [];
    for (const sql of LEGITIMATE) {
      const response = await query(sql);
      if (response.status !== 200) failed.push(`${sql} → ${await response.text()}`);
      else await response.body?.cancel();
    }
    expect(failed).toEqual([]);
  });

  it("values keep what they are: integers of 64 bits, decimals, blobs, nulls, letters of all languages", async () => {
    expect(
      await answerOf(
        `SELECT 9223372036854775807 AS big, -9007199254740993 AS small, 9007199254740991 AS safe, 0.1 AS part,
         '12345678901234567890.10' AS exact, x'00ff10' AS bytes, NULL AS absent, 'Zoë 🌍 "x"' AS text, 1 = 1 AS truth, -9e999 AS endless`,
      ),
    ).toEqual({
      columns: [
        { name: "big", type: "integer" },
        { name: "small", type: "integer" },
        { name: "safe", type: "integer" },
        { name: "part", type: "real" },
        { name: "exact", type: "text" },
        { name: "bytes", type: "blob" },
        { name: "absent", type: "null" },
        { name: "text", type: "text" },
        { name: "truth", type: "integer" },
        { name: "endless", type: "real" },
      ],
      rows: [
        [
          ...["9223372036854775807", "-9007199254740993", 9007199254740991, 0.1, "12345678901234567890.10"],
          ...["AP8Q", null, 'Zoë 🌍 "x"', 1, "-Infinity"],
        ],
      ],
      row_count: 1,
      truncated: false,
    });
  });

  it("columns of equal names keep their values and their order", async () => {
    const { columns, rows } = await answerOf(
      'SELECT 1 AS a, 2 AS a, 3 AS A, a.x, b.x, 4 AS "2", 5 AS "1" FROM (SELECT 6 AS x) a, (SELECT 7 AS x) b',
    );
    expect(columns.map(({ name }) => name)).toEqual(["a", "a", "A", "x", "x", "2", "1"]);
    expect(rows).toEqual([[1, 2, 3, 6, 7, 4, 5]]);
    const same = await answerOf("SELECT 1 AS n, 2 AS n, 3 AS n, 4 AS n, 5 AS n, 6 AS n, 7 AS n");
    expect(same.columns.map(({ name }) => name)).toEqual(Array.from({ length: 7 }, () => "n"));
    expect(same.rows).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  });

  it("a column that a query just shows has its table's type, any other that of its values", async () => {
    const row = {
      id: 1,
      paid: true,
      day: "2024-01-05",
      at: "2024-01-05T10:00:00Z",
      price: 10.5,
      huge: 12345678901234567890n,
    };
    await load(testContext(), target(), [[row]]);
    const { columns, rows } = await answerOf(
      "SELECT o.*, paid AS flag, sum(id) AS day, max(id) huge FROM raw_shop__orders o GROUP BY id",
    );
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...["id integer", "paid boolean", "day text", "at timestamp", "price real", "huge text"],
      ...["flag integer", "day integer", "huge integer"],
    ]);
    expect(rows).toEqual([[1, 1, "2024-01-05", "2024-01-05T10:00:00Z", 10.5, "12345678901234567890", 1, 1, 1]]);
    const plain = await answerOf("SELECT paid, day, huge FROM raw_shop__orders WHERE id = 2");
    expect(plain).toEqual({
      columns: [
        { name: "paid", type: "boolean" },
        { name: "day", type: "date" },
        { name: "huge", type: "decimal" },
      ],
      rows: [],
      row_count: 0,
      truncated: false,
    });
  });

  it("values of several classes are mixed, whole and other numbers are real", async () => {
    const { columns } = await answerOf("SELECT 1 AS a, 1 AS b UNION ALL SELECT 'x', 2.5");
    expect(columns).toEqual([
      { name: "a", type: "mixed" },
      { name: "b", type: "real" },
    ]);
  });

  it("rows beyond the limit are cut off, which is said", async () => {
    await createTables();
    const rows = (from: string) => `SELECT a.id AS x, b.id AS y FROM ${from} ORDER BY 1, 2`;
    const cut = await answerOf(rows("customers a, (SELECT id FROM orders WHERE id <= 501) b"), 10_000);
    expect([cut.row_count, cut.rows.length, cut.truncated, cut.rows.at(-1)]).toEqual([10_000, 10_000, true, [20, 481]]);
    const whole = await answerOf(rows("customers a, (SELECT id FROM orders WHERE id <= 500) b"), 10_000);
    expect([whole.row_count, whole.truncated]).toEqual([10_000, false]);
    expect(await answerOf("SELECT id FROM orders ORDER BY id DESC")).toMatchObject({
      row_count: 1000,
      truncated: true,
    });
    expect(await answerOf("SELECT id FROM orders ORDER BY id DESC LIMIT 3", 2)).toMatchObject({
      rows: [[2000], [1999]],
      truncated: true,
    });
  });

  it("rows beyond 8 MiB are cut off, which is said", async () => {
    await createTables();
    const { row_count, rows, truncated } = await answerOf(
      `SELECT id, (SELECT group_concat(tags || '${"x".repeat(400)}') FROM orders) AS t FROM customers ORDER BY id`,
    );
    const size = String(rows[0]?.[1]).length;
    expect(row_count).toBe(Math.floor((8 * 1024 * 1024) / (size + 1)));
    expect(truncated).toBe(true);
  });

  it("every value is computed once, so that it is of the class that is told", async () => {
    await createTables();
    const { rows } = await answerOf("SELECT CASE WHEN random() % 2 THEN 'text' ELSE x'00' END FROM orders");
    expect([...new Set(rows.flat())].sort()).toEqual(["AA==", "text"]);
  });

  it("a list of 90 KB does not keep others waiting", async () => {
    await createTables();
    const list = Array.from({ length: 29_900 }, () => "id").join(",");
    const started = Date.now();
    const { columns } = await answerOf(
      `WITH t(id) AS (SELECT id FROM orders) SELECT id FROM t WHERE id IN (${list})`,
      1,
    );
    expect(columns).toEqual([{ name: "id", type: "integer" }]);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it("more columns than can be answered are refused", async () => {
    const columns = (count: number) => `SELECT ${Array.from({ length: count }, (_, index) => index).join(", ")}`;
    expect((await answerOf(columns(98))).columns).toHaveLength(98);
    expect(await reasonOf(await query(columns(99)))).toMatchObject({
      status: 400,
      message: "The query is refused: it answers 99 columns; name at most 98",
    });
  });

  it("an accepted CSV has a header, quoted fields and all digits", async () => {
    const response = await query(
      `SELECT 9007199254740993 AS "a,b", 'x "y"' || char(10) || 'z' AS a, NULL AS a, '=1+1' AS f UNION ALL SELECT 1, '', 2.5, 'é'`,
      10,
      { headers: { Accept: "text/csv" } },
    );
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("X-Truncated")).toBe("false");
    const text = await response.text();
    expect(text).toBe('"a,b",a,a,f\r\n9007199254740993,"x ""y""\nz",,=1+1\r\n1,,2.5,é\r\n');
    expect(Papa.parse(text, { skipEmptyLines: true }).data).toHaveLength(3);
  });
});
