import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { checks } from "../../../src/domains/warehouse/table-checks.ts";
import { answerOf, openSyncWorld, sync, upload } from "../../domains/warehouse/syncs.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { check, downloadTwoMonths, expectFound, finding, HOUR_MS, openStorage, run } from "./storage.ts";

let world: JobWorld;

beforeEach(() => {
  world = openStorage();
});

describe("the coverage of market data", () => {
  it("forgets a month that has no file, so that it is collected again", async () => {
    await downloadTwoMonths();
    const path = "data/BINANCE/SPOT/BTCUSDT/raw/1h/2024/01/BTCUSDT_1h_202401.parquet";
    const key = await env.DB.prepare("SELECT object_key FROM manifest WHERE path = ?").bind(path).first("object_key");
    await run("UPDATE objects SET state = 'orphaned', state_since = ? WHERE key = ?", world.ctx.now(), key);
    await run("DELETE FROM objects WHERE key LIKE '%.json.gz.%' AND key LIKE '%/01/%'");
    await env.LAKE.delete(
      (await env.LAKE.list()).objects.flatMap((o) =>
        o.key.includes("/01/") && o.key.includes(".json.gz.") ? [o.key] : [],
      ),
    );
    await run("DELETE FROM manifest WHERE path = ?", path);
    const detail = "The month counts as collected, with at least 743 candles, but has no file";
    await expectFound(world, finding("month-without-file", path, detail, true));
    const { results } = await env.DB.prepare("SELECT from_ts, to_ts FROM coverage").all();
    expect(results).toEqual([{ from_ts: Date.UTC(2024, 1, 1), to_ts: Date.UTC(2024, 2, 1) }]);
    await downloadTwoMonths();
    expect(await env.DB.prepare("SELECT row_count FROM manifest WHERE path = ?").bind(path).first("row_count")).toBe(
      744,
    );
    expect((await check(openStorage())).report).toMatchObject({ counts: {} });
  });

  it("is left alone while a job works on the series", async () => {
    await downloadTwoMonths();
    await run("DELETE FROM coverage");
    await run("INSERT INTO coverage SELECT id, 0, ? FROM series", Date.UTC(2024, 5, 1));
    await run("UPDATE series SET listed_at = ?", Date.UTC(2024, 0, 1));
    await run("UPDATE jobs SET status = 'pending', sent_at = ?", world.ctx.now() + 1000 * HOUR_MS);
    expect((await check(world, { repair: true })).report).toMatchObject({ counts: {} });
    await run("UPDATE jobs SET status = 'completed' WHERE type = 'download'");
    expect((await check(world)).report.counts).toEqual({ "month-without-file": { found: 3, repaired: 0 } });
  });

  it("of a series that is gone is removed", async () => {
    await run("INSERT INTO coverage VALUES (7, 0, 1)");
    await run("INSERT INTO coverage_gaps VALUES (7, 0, 1, 'missing')");
    const detail = "Coverage, gaps or pages are left of a series that is gone";
    await expectFound(world, finding("coverage-without-series", "series 7", detail, true));
    expect(await env.DB.prepare("SELECT * FROM coverage_gaps").first()).toBeNull();
  });

  it("counts the rows that a file has, and says which cannot be read", async () => {
    await downloadTwoMonths();
    const { results } = await env.DB.prepare("SELECT path, object_key FROM manifest ORDER BY id").all<{
      path: string;
      object_key: string;
    }>();
    await run("UPDATE manifest SET row_count = 9 WHERE id = 1");
    const [january, february] = results;
    await expectFound(world, finding("file-row-count", january?.path, "The file has 744 rows instead of 9", true));
    const { size = 0 } = (await env.LAKE.head(february?.object_key ?? "")) ?? {};
    const other = `${february?.object_key}x`;
    await env.LAKE.put(other, "x".repeat(size));
    await run("UPDATE objects SET key = ? WHERE key = ?", other, february?.object_key);
    await run("UPDATE manifest SET object_key = ? WHERE object_key = ?", other, february?.object_key);
    await env.LAKE.delete(february?.object_key ?? "");
    expect((await check(world)).report.counts).toEqual({
      "object-damaged": { found: 1, repaired: 0 },
      "file-unreadable": { found: 1, repaired: 0 },
    });
  });
});

describe("a table of the warehouse", () => {
  const ask = async () =>
    (await answerOf("POST", "/query", { sql: "SELECT count(*) AS n FROM raw_sales__sales" })).body;

  beforeEach(async () => {
    await answerOf("POST", "/sources", { name: "sales", type: "csv", config: { directory: "data/uploads/sales" } });
    await upload("sales", "a.csv", "id\n1\n2\n");
    await sync(openSyncWorld(), "sales");
  });

  it("that nobody reads is dropped, and none that a load works on", async () => {
    await env.WAREHOUSE.exec("CREATE TABLE raw_sales__old__v7 (id)");
    await env.WAREHOUSE.exec("CREATE TABLE raw_sales__new__v2 (id)");
    const tables = JSON.stringify([{ name: "new", generation: 2 }]);
    await env.WAREHOUSE.prepare(
      `INSERT INTO _catchment_loads (schema, name, owner, load, replaces, tables, row_count, finished, updated_at)
       VALUES ('raw_sales', 'new', 'source:sales', 'job', 1, ?, 0, 0, 0)`,
    )
      .bind(tables)
      .run();
    await expectFound(
      world,
      finding("table-stray", "raw_sales__old__v7", "Nobody reads this table, and no load works on it", true),
    );
    const { results } = await env.WAREHOUSE.prepare("SELECT name FROM sqlite_master WHERE name GLOB '*__v[0-9]'").all();
    expect(results).toEqual([{ name: "raw_sales__sales__v1" }, { name: "raw_sales__new__v2" }]);
  });

  it("that cannot be dropped is not said to be, whatever else is there", async () => {
    const stray = "raw_sales__sales__v3";
    await env.WAREHOUSE.exec(`CREATE TABLE ${stray} (id INTEGER PRIMARY KEY)`);
    await env.WAREHOUSE.exec(`CREATE TABLE referring (id REFERENCES ${stray})`);
    await env.WAREHOUSE.exec(`INSERT INTO ${stray} VALUES (1)`);
    await env.WAREHOUSE.exec("INSERT INTO referring VALUES (1)");
    const repaired = checks["generations"]?.repair?.(
      world.ctx,
      { kind: "table-stray", key: stray, detail: "" },
      async () => {},
    );
    await expect(repaired).rejects.toThrow("FOREIGN KEY");
  });

  it("whose view is gone can be read again", async () => {
    const before = await ask();
    await env.WAREHOUSE.exec("DROP VIEW raw_sales__sales");
    await expectFound(world, finding("view-missing", "raw_sales__sales", "People cannot read this table", true));
    expect(await ask()).toEqual(before);
  });

  it("whose rows are gone is named, and a full refresh brings it back", async () => {
    const before = await ask();
    await env.WAREHOUSE.exec("DROP TABLE raw_sales__sales__v1");
    const detail = "The rows of source:sales are gone: build the table anew";
    await expectFound(world, finding("table-missing", "raw_sales__sales", detail, false));
    expect(await sync(openSyncWorld(), "sales", { full_refresh: true })).toMatchObject({ status: "completed" });
    expect(await ask()).toEqual(before);
    expect((await check(world)).report).toMatchObject({ counts: {} });
  });
});
