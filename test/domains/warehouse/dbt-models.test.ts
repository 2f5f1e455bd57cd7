import { beforeEach, expect, it } from "vitest";
import type { JobWorld } from "../../support/job-world.ts";
import { openDbtWorld, putProject, runDbt, send, statusesOf } from "./dbt.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, upload, workOn } from "./syncs.ts";

let world: JobWorld;

beforeEach(() => {
  world = openDbtWorld();
});

it("a source that is deleted with its tables takes the generated models along, and leaves the user's own", async () => {
  for (const name of ["sales", "sales_eu"]) {
    await answerOf("POST", "/sources", { name, type: "csv", config: { directory: `data/uploads/${name}` } });
    await upload(name, "a.csv", "id,amount\n1,10\n");
    const sync = await answerOf("POST", `/sources/${name}/sync`, {});
    await workOn(world, String(sync.body["job_id"]));
  }
  await send("PUT", "/dbt/project/models/staging/stg_sales__own.sql", "select 1 as id");
  expect((await runDbt(world, { command: "run" })).errors).toEqual([]);
  expect((await answerOf("DELETE", "/sources/sales?drop_tables=true")).status).toBe(200);
  const { files } = (await send("GET", "/dbt/project")).body as { files: { path: string }[] };
  expect(files.map(({ path }) => path)).toEqual([
    "dbt_project.yml",
    "models/staging/sources_sales_eu.yml",
    "models/staging/stg_sales__own.sql",
    "models/staging/stg_sales_eu.yml",
    "models/staging/stg_sales_eu__sales_eu.sql",
  ]);
  const views = await rowsOf(world.ctx, "SELECT name FROM sqlite_master WHERE name LIKE 'staging%' ORDER BY name");
  expect(views).toEqual([{ name: "staging__stg_sales__own" }, { name: "staging__stg_sales_eu__sales_eu" }]);
  expect((await send("GET", "/dbt/models")).body).toMatchObject({ vanished: [] });
  expect((await runDbt(world, { command: "build" })).errors).toEqual([]);
}, 60_000);

it("a model is run by its name alone, whatever folder or project has the same", async () => {
  await putProject({
    "models/shop.sql": "select 1 as n",
    "models/orders.sql": "select n from {{ ref('shop') }}",
    "models/orders/first.sql": "select 1 as n",
    "models/orders/second, third[1].sql": "{{ config(alias='second') }} select 1 as n",
    "models/after.sql": "select n from {{ ref('orders') }}",
  });
  const run = async (path: string) => {
    const { body } = await send("POST", `/dbt/models/${path}`);
    return statusesOf(await workOn(world, String(body["job_id"])));
  };
  expect(await run("shop/run?cascade=false")).toEqual({ shop: "success" });
  expect(await run("orders/run?cascade=false")).toEqual({ orders: "success" });
  expect(await run("orders/run")).toEqual({ orders: "success", after: "success" });
  expect(await run("second%2C%20third%5B1%5D/run")).toEqual({ "second, third[1]": "success" });
  expect((await send("GET", "/dbt/runs?limit=1")).body).toMatchObject({ runs: [{ label: "second, third[1]" }] });
});

it("compiling says nothing of how models were built, and shows their SQL", async () => {
  await putProject({
    "models/built.sql": "select 1 as id",
    "models/failed.sql": "select missing from {{ ref('built') }}",
    "models/fresh.sql": "select id from {{ ref('built') }}",
  });
  await runDbt(world, { command: "run", exclude: ["fresh"] });
  await send("PUT", "/dbt/project/models/built.sql", "select 2 as id");
  const job = await runDbt(world, { command: "compile" });
  expect(await statusesOf(job)).toEqual({ built: "success", failed: "success", fresh: "success" });
  const { models } = (await send("GET", "/dbt/models")).body as { models: Record<string, unknown>[] };
  expect(models).toMatchObject([
    { name: "built", status: "success", error: null },
    { name: "failed", status: "error", error: expect.stringContaining("no such column: missing") },
    { name: "fresh", status: null, last_run: null },
  ]);
  const { nodes } = JSON.parse((await send("GET", "/../manifest.json")).text);
  expect(nodes["model.shop.built"].compiled_code).toContain("select 2 as id");
  expect(nodes["model.shop.fresh"].compiled_code).toContain("select id from");
  const { results } = JSON.parse((await send("GET", "/../run_results.json")).text);
  expect(results.map(({ unique_id }: { unique_id: string }) => unique_id).toSorted()).toEqual([
    ...["model.shop.built", "model.shop.failed", "model.shop.fresh"],
  ]);
});

it("a table that its model has left can be dropped, and what the model builds now stays", async () => {
  const relation = (alias: string) => `{{ config(materialized='table', alias='${alias}') }}\n`;
  const ephemeral = "{{ config(materialized='ephemeral') }}\nselect 3 as n";
  await putProject({
    "models/moved.sql": `${relation("before")}select 1 as n`,
    "models/inlined.sql": "{{ config(materialized='table') }}\nselect 3 as n",
    "models/Cased.sql": `${relation("Cased")}select 4 as n`,
  });
  expect((await runDbt(world, { command: "run" })).errors).toEqual([]);
  await putProject({
    "models/moved.sql": `${relation("after")}select 1 as n union all select 2`,
    "models/inlined.sql": ephemeral,
    "models/Cased.sql": `${relation("cased")}select 4 as n`,
  });
  expect((await runDbt(world, { command: "run", select: ["moved"] })).errors).toEqual([]);
  const { body } = await send("GET", "/dbt/models");
  const { models, vanished } = body as Record<"models" | "vanished", Record<string, unknown>[]>;
  expect(models.find(({ name }) => name === "moved")).toMatchObject({ row_count: 2 });
  expect(vanished).toEqual([
    { schema: "main", name: "before", row_count: 1, unique_id: "model.shop.moved" },
    { schema: "main", name: "inlined", row_count: 1, unique_id: "model.shop.inlined" },
  ]);
  expect((await send("POST", "/dbt/clean")).body).toEqual({ dropped: ["main.before", "main.inlined"] });
  const left = await rowsOf(world.ctx, "SELECT name FROM sqlite_master WHERE name LIKE 'main%' ORDER BY name");
  expect(left.map(({ name }) => name)).toEqual(["main__Cased", "main__Cased__v1", "main__after", "main__after__v1"]);
  expect(await rowsOf(world.ctx, "SELECT n FROM main__after")).toEqual([{ n: 1 }, { n: 2 }]);
  expect((await send("GET", "/dbt/models")).body).toMatchObject({
    models: expect.arrayContaining([expect.objectContaining({ name: "moved", status: "success" })]),
    vanished: [],
  });
});
