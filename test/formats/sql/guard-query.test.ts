import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { guardQuery, wrapQuery } from "../../../src/formats/sql/guard-query.ts";
import { HOSTILE } from "./hostile-statements.ts";
import { LEGITIMATE } from "./legitimate-statements.ts";
import { createTables, passLayers } from "./query-layers.ts";

beforeEach(createTables);

/** Why a statement does not get through; D1's own parser counts too, since it only explains. */
async function whyRefused(sql: string): Promise<string | undefined> {
  try {
    await passLayers(sql);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe("what a user may not ask", () => {
  it.each(Object.keys(HOSTILE))("%s is refused before it runs", async (kind) => {
    const passed: string[] = [];
    for (const sql of HOSTILE[kind] ?? []) {
      if ((await whyRefused(sql)) === undefined) passed.push(sql);
    }
    expect(passed).toEqual([]);
    const left = await env.WAREHOUSE.prepare("SELECT count(*) AS n FROM orders").first();
    expect(left).toEqual({ n: 2_000 });
  });

  it("the corpus has a hundred and fifty statements", () => {
    expect(new Set(Object.values(HOSTILE).flat()).size).toBeGreaterThanOrEqual(150);
  });

  it("what the text alone shows never reaches the database", () => {
    const needDatabase = ["more steps than a statement may take", "tables that are not the user's", "look-alikes"];
    const passed = Object.entries(HOSTILE)
      .filter(([kind]) => !needDatabase.includes(kind))
      .flatMap(([, statements]) => statements)
      .filter((sql) => {
        try {
          guardQuery(sql);
          return true;
        } catch (error) {
          return !(error instanceof AppError && error.status === 400);
        }
      });
    expect(passed).toEqual([]);
  });
});

describe("what a user may ask", () => {
  it("queries of every kind pass and run", async () => {
    const failed: string[] = [];
    for (const sql of LEGITIMATE) {
      try {
        const { wrapped } = await passLayers(sql);
        await env.WAREHOUSE.prepare(wrapped).all();
      } catch (error) {
        failed.push(`${sql} → ${String(error)}`);
      }
    }
    expect(failed).toEqual([]);
    expect(new Set(LEGITIMATE).size).toBeGreaterThanOrEqual(100);
  });

  it("a view is read as the table below it", async () => {
    expect(await passLayers("SELECT * FROM order_view v JOIN customers c ON c.id = v.customer_id")).toMatchObject({
      read: ["customers", "orders"],
    });
  });

  it("the order of the query survives the wrap, the limit cuts it", async () => {
    const { sql } = guardQuery("SELECT id FROM orders ORDER BY amount DESC -- newest");
    const { results } = await env.WAREHOUSE.prepare(wrapQuery({ sql }, 3)).all();
    expect(results).toEqual([{ id: 2_000 }, { id: 1_999 }, { id: 1_998 }]);
  });

  it("a misspelt column in double quotes is an error, not a text", async () => {
    const { sql } = guardQuery(`SELECT "amont" FROM orders`);
    await expect(env.WAREHOUSE.prepare(wrapQuery({ sql }, 3)).all()).rejects.toThrow("no such column: amont");
  });
});

describe("reasons", () => {
  it.each([
    ["SELECT 1; DROP TABLE orders", "a second statement starts in line 1"],
    ["SELECT 1\nFROM orders\nWHERE id = ?", "line 3 has a parameter: ?"],
    ["PRAGMA table_list", "it does not start with SELECT, WITH or VALUES"],
    ["SELECT (1", "a bracket is never closed"],
    ["WITH t AS (SELECT 1 UNION ALL SELECT * FROM t) SELECT 1", '"t" reads itself'],
    ["SELECT * FROM 'sqlite_master'", '"sqlite_master" is not a table of yours'],
    ["SELECT zeroblob(9)", "zeroblob in line 1 is not available"],
  ])("%s is told why", (sql, reason) => {
    expect(() => guardQuery(sql)).toThrow(`The query is refused: ${reason}`);
  });

  it("a join of too many steps names the tables and their rows", async () => {
    expect(await whyRefused("SELECT count(*) FROM orders a, orders b, orders c")).toContain(
      "joins without an index a (2000 rows) × b (2000 rows) × c (2000 rows), about 8.0e+9 steps",
    );
  });

  it("the same join of small tables passes", async () => {
    await expect(passLayers("SELECT count(*) FROM orders a, orders b, orders c", 400)).resolves.toMatchObject({
      read: ["orders"],
    });
  });
});

describe("recursion of models", () => {
  const series = (limit: string) =>
    `WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t ${limit}) SELECT n FROM t`;

  it("passes when its own limit bounds it", () => {
    expect(guardQuery(series("LIMIT 10"), { recursion: "limited" }).tables).toEqual(["t"]);
  });

  it.each(["", "LIMIT -1", "LIMIT 1 + 1", "LIMIT 10 OFFSET 3", "LIMIT 99999999", "LIMIT (SELECT 5)", "LIMIT 1e9"])(
    "is refused with %j",
    (limit) => {
      expect(() => guardQuery(series(limit), { recursion: "limited" })).toThrow("needs a LIMIT");
    },
  );
});
