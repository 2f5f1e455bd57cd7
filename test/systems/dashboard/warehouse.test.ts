import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRestServer } from "../../support/rest-server/server.ts";
import { createRestWorld } from "../../support/rest-server/world.ts";
import { openWarehouse } from "../warehouse-client.ts";
import { contentOf, type DashboardWorld, startDashboard } from "./browser.ts";
import type { LocalServer } from "../../support/listen-locally.ts";

const HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
const NARROW = { viewport: { width: 360, height: 800 } };
const CHARGES = 120;
const WAITING = { timeout: 30_000 };

let rest: LocalServer;
let world: DashboardWorld;
let warehouse: ReturnType<typeof openWarehouse>;

beforeAll(async () => {
  rest = await startRestServer();
  await fetch(`${rest.url}/control/worlds/shop`, { method: "PUT", body: JSON.stringify({ count: CHARGES }) });
  world = await startDashboard({ env: { ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
  warehouse = openWarehouse(world.server);
});

afterAll(async () => {
  await world?.close();
  await rest?.close();
});

const csv = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

/** Drops a file as a person would from their desktop. */
async function drop(page: Page, name: string, text: string) {
  // A text, since the types of a browser's globals are not those of Node.
  const transfer = await page.evaluateHandle(`{
    const dragged = new DataTransfer();
    dragged.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: "text/csv" }));
    dragged;
  }`);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
}

async function upload(source: string, name: string, text: string) {
  const form = new FormData();
  form.append("file", new File([text], name));
  const address = `${world.server.origin}/api/sources/${source}/upload-csv`;
  expect((await fetch(address, { method: "POST", body: form })).status).toBe(200);
}

const isHit = (page: Page) => page.evaluate("'hit' in window");

test("somebody drops a CSV file and sees its table, then adds two more files to it", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/upload");
  await page.getByText("Drop CSV files here").waitFor();
  await drop(page, "Sales 2024.csv", `order_id,amount,note\n1,9.99,${HOSTILE.replaceAll('"', "'")}\n2,5,fine\n`);
  expect(await page.getByLabel("Name of the table").inputValue()).toBe("sales_2024");
  await expectAccessible();
  await picture("warehouse-upload");
  await page.getByRole("button", { name: "Upload the file" }).click();
  await page.getByRole("heading", { name: "raw_sales_2024.sales_2024" }).waitFor();
  const rows = page.getByRole("region", { name: "First rows" });
  await rows.getByText("<script>window.hit=1</script>").waitFor();
  await page.getByRole("region", { name: "Columns" }).getByText("decimal").or(page.getByText("real")).first().waitFor();
  await expectAccessible();
  await picture("warehouse-table");

  await page.goto(`${world.server.origin}/#/warehouse/sources/sales_2024/files`);
  await page.getByRole("link", { name: "Upload files" }).click();
  const broken = csv("broken.csv", "order_id,amount,note\n5,7\n6,8,six,and,more\n7,1,seven\n");
  const long = csv("long.csv", `order_id,amount,note\n3,1,${"x".repeat(10_000)}\n4,2,"bell \u0007 and more"\n`);
  await page.getByLabel("Drop CSV files here").setInputFiles([long, broken]);
  expect(await page.getByLabel("Into").inputValue()).toBe("sales_2024");
  await page.getByRole("button", { name: "Upload 2 files" }).click();
  await page.getByRole("heading", { name: "raw_sales_2024.sales_2024" }).waitFor();
  await rows.getByText(/^x{200}…$/).waitFor();
  await rows.getByText("bell ␇ and more").waitFor();
  await picture("warehouse-table-long");

  await page.goto(`${world.server.origin}/#/warehouse/sources/sales_2024/files`);
  const files = page.getByRole("region", { name: "Files" });
  await files
    .getByRole("row", { name: /broken\.csv/ })
    .getByRole("link", { name: "2" })
    .click();
  await page.getByRole("region", { name: "Rows that could not be loaded" }).getByText("6,8,six,and,more").waitFor();
  await expectAccessible();
  await picture("warehouse-files");
  await files
    .getByRole("row", { name: /long\.csv/ })
    .getByRole("button", { name: "Delete" })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await files
    .getByRole("row", { name: /long\.csv/ })
    .getByText("deleted")
    .waitFor();
  expect(await isHit(page)).toBe(false);
  expect(complaints).toEqual([]);
});

test("a file that is there already is refused beside its name, and the others arrive", async () => {
  const { page, complaints } = await world.open("#/warehouse/upload");
  const first = csv("first.csv", "id\n1\n");
  await page.getByLabel("Drop CSV files here").setInputFiles([first]);
  await page.getByLabel("Name of the table").fill("twice");
  await page.getByRole("button", { name: "Upload the file" }).click();
  await page.getByRole("heading", { name: "raw_twice.twice" }).waitFor();
  await page.goto(`${world.server.origin}/#/warehouse/upload?source=twice`);
  await page.getByLabel("Drop CSV files here").setInputFiles([first, csv("second.csv", "id\n2\n")]);
  await page.getByRole("button", { name: "Upload 2 files" }).click();
  await page.getByText("File 'first.csv' already exists").waitFor();
  await page.getByRole("heading", { name: "raw_twice.twice" }).waitFor();
  expect(await warehouse.query("SELECT id FROM raw_twice__twice ORDER BY id")).toEqual([[1], [2]]);
  expect(complaints.filter((line) => !line.includes("status of 409"))).toEqual([]);
});

test("a file whose part is lost is sent again, and after a failed sync to another table, too", async () => {
  const { page, complaints } = await world.open("#/warehouse/upload");
  await page.route("**/uploads/*/parts/1", (route) => route.abort(), { times: 1 });
  const broken = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);
  const files = page.getByLabel("Drop CSV files here");
  await files.setInputFiles([{ name: "broken.csv.gz", mimeType: "application/gzip", buffer: broken }]);
  for (const table of ["broken_first", "broken_second"]) {
    await page.getByLabel("Name of the table").fill(table);
    await page.getByRole("button", { name: "Upload the file" }).click();
    await expect
      .poll(async () => (await warehouse.ask("GET", `/api/sources/${table}/csv-files`)).body, WAITING)
      .toMatchObject({ files: [{ filename: "broken.csv.gz", status: "failed" }] });
    await page.getByText("sent", { exact: true }).waitFor();
    await page.getByRole("region", { name: "Loading into the table" }).getByText("failed", { exact: true }).waitFor();
  }
  await page.getByRole("button", { name: "Upload the file" }).click();
  await expect
    .poll(async () => (await warehouse.ask("GET", "/api/sources/broken_second/details")).body, WAITING)
    .toMatchObject({
      history: [{ status: "failed" }, { status: "failed" }],
    });
  await files.setInputFiles([csv("empty.csv", "")]);
  await page.getByRole("button", { name: "Upload the file" }).click();
  await page.getByText("The file is empty").waitFor();
  expect(complaints.filter((line) => !line.includes("ERR_FAILED"))).toEqual([]);
});

test("somebody adds a source by its form, mends its key, syncs it, and looks after it", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/sources");
  await page.getByRole("link", { name: "Add a source" }).click();
  await page.getByRole("heading", { name: "Add a source: of what kind?" }).waitFor();
  await expectAccessible();
  await picture("warehouse-kinds");
  await page.getByLabel("Find a kind").fill("stri");
  await page.getByRole("link", { name: "Stripe" }).click();
  await page.getByLabel(/^Name(?! \(optional)/).fill("shop");
  await page.getByLabel(/^Stripe secret key(?!:)/).fill("sk_test_wrong");
  await page.getByLabel("Stripe secret key: name of the secret").fill("SHOP_KEY");
  await page.getByText("More settings").click();
  await page.getByLabel("API URL").fill(`${rest.url}/worlds/shop`);
  await page.getByLabel("Endpoints").fill("charges\ncustomers");
  await expectAccessible();
  await picture("warehouse-form");
  await page.getByRole("button", { name: "Check and save" }).click();
  await page.getByText("It does not answer").waitFor();
  expect(await page.content()).not.toContain("sk_test_wrong");
  await page.getByLabel(/^Stripe secret key(?!:)/).fill(createRestWorld({}).key);
  await page.getByRole("button", { name: "Check and save" }).click();

  await page.getByRole("button", { name: "Sync now" }).click();
  const tables = page.getByRole("region", { name: "Tables of this source" });
  await tables.getByRole("row", { name: /charges raw_shop 120/ }).waitFor();
  await page.getByRole("region", { name: "Last syncs" }).getByText("success").waitFor();
  await page.getByRole("button", { name: "Check the connection" }).click();
  await page.getByText("Connected").waitFor();
  await expectAccessible();
  await picture("warehouse-source");

  await page.getByRole("link", { name: "Schedule" }).click();
  await page.getByLabel("When").fill("every now and then");
  await page.getByRole("button", { name: "Set the schedule" }).click();
  await page.locator(".field .bad, form .bad").first().waitFor();
  await page.getByLabel("When").fill("0 6 * * 1");
  await page.getByRole("button", { name: "Set the schedule" }).click();
  await page.getByText("Next sync").waitFor();
  await expectAccessible();
  await picture("warehouse-schedule");

  await page.getByRole("navigation", { name: "Parts of shop" }).getByRole("link", { name: "Settings" }).click();
  expect(await page.getByLabel("Endpoints").inputValue()).toBe("charges\ncustomers");
  await page.getByLabel("About").fill(HOSTILE);
  await page.getByLabel(/^Stripe secret key(?!:)/).fill("sk_test_another");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Settings saved").waitFor();
  expect(await contentOf(page)).not.toContain("sk_test_another");
  expect(await page.getByLabel("Endpoints").inputValue()).toBe("charges\ncustomers");
  expect(await page.getByLabel("About").inputValue()).toBe(HOSTILE);
  expect(await warehouse.ask("GET", "/api/sources/shop/details")).toMatchObject({
    body: { config: { description: HOSTILE, stripe: { stripe_secret_key_env: "SHOP_KEY" } } },
  });
  await page.getByRole("link", { name: "Overview", exact: true }).last().click();
  await page.getByText(HOSTILE).waitFor();
  await page.getByRole("navigation", { name: "Parts of shop" }).getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Delete its tables and files, too").check();
  await page.getByRole("button", { name: "Delete this source" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete this source" }).click();
  await page.getByText("Source shop deleted").waitFor();
  expect(await isHit(page)).toBe(false);
  expect(complaints.filter((line) => !line.includes("status of 4"))).toEqual([]);
});

test("any REST API is described by a form with lists of forms in it, and its masked settings stay", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/add?type=rest_api");
  await page.getByLabel(/^Name(?! \(optional)/).fill("any_api");
  await page.getByLabel("Base URL").fill(`${rest.url}/worlds/shop/v1`);
  const first = page.getByRole("group", { name: "Endpoints, 1" });
  await first.getByLabel(/^Path/).fill("charges");
  await first.getByText("More settings").click();
  await first.getByLabel("Data selector").fill("data");
  await first.getByLabel("Params").fill("limit = 100");
  await first.getByLabel("Paginator").selectOption("last_id");
  await first.getByLabel("ID param").waitFor();
  await page.getByLabel("Auth type").selectOption("bearer");
  await page.getByRole("button", { name: "Check and save" }).click();
  await page.getByText("is needed for auth_type bearer").first().waitFor();
  await page.getByLabel(/^Auth token(?!:)/).fill(createRestWorld({}).key);
  await page.getByLabel("Auth token: name of the secret").fill("ANY_API_TOKEN");
  await page.getByRole("button", { name: "Add to endpoints" }).click();
  const second = page.getByRole("group", { name: "Endpoints, 2" });
  await second.getByLabel(/^Path/).fill("nothing");
  await second.getByRole("button", { name: "Remove 2" }).click();
  await expectAccessible();
  await picture("warehouse-rest-form");
  await page.getByRole("button", { name: "Check and save" }).click();
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByRole("row", { name: /charges raw_any_api 120/ }).waitFor();

  const { body } = await warehouse.ask("GET", "/api/sources/any_api/details");
  expect(body["config"]).toMatchObject({
    rest_api: { endpoints: [{ path: "charges", params: { limit: "100" }, paginator: { type: "last_id" } }] },
  });
  const config = (body["config"] as Record<string, Record<string, unknown>>)["rest_api"];
  await warehouse.ask("PATCH", "/api/sources/any_api", {
    config: { ...config, api_key_location: "query" },
  });
  await page.getByRole("navigation", { name: "Parts of any_api" }).getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("About").fill("Any");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Settings saved").waitFor();
  await page.getByRole("button", { name: "Check the connection" }).click();
  await page.getByText("Connected").waitFor();
  expect(complaints.filter((line) => !line.includes("status of 4"))).toEqual([]);
});

test("SQL is run with Ctrl+Enter, refused with a reason, kept as CSV, and forgotten with the page and the session", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/sql");
  const box = page.getByLabel("Query");
  const sql = `WITH n(x) AS (VALUES (1), (2)) SELECT x, '<b>"a",b</b>' AS note FROM n`;
  await box.fill(sql);
  await box.press("Control+Enter");
  await page.getByText(/^2 rows in \d+ ms$/).waitFor();
  await page.getByRole("region", { name: "Answer" }).getByText('<b>"a",b</b>').first().waitFor();
  await expectAccessible();
  await picture("warehouse-sql");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download as CSV" }).click(),
  ]);
  expect(await readFile(await download.path(), "utf8")).toBe('x,note\r\n1,"<b>""a"",b</b>"\r\n2,"<b>""a"",b</b>"\r\n');
  await box.fill("DROP TABLE everything");
  await page.getByRole("button", { name: "Run" }).click();
  await page
    .getByRole("alert")
    .getByText(/SELECT/)
    .waitFor();
  await page.getByRole("button", { name: sql }).click();
  expect(await box.inputValue()).toBe(sql);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail address").fill(world.admin.email);
  await page.getByLabel("Password").fill(world.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await box.waitFor();
  expect(await contentOf(page)).not.toContain("VALUES (1)");
  await box.fill(sql);
  await box.press("Control+Enter");
  await page.getByRole("button", { name: sql }).waitFor();
  await page.reload();
  await page.getByLabel("Query").waitFor();
  expect(await contentOf(page)).not.toContain("VALUES (1)");
  expect(await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([[], []]);
  expect(complaints.filter((line) => !line.includes("status of 400"))).toEqual([]);
});

test("a model with a hostile description is written, built and looked at", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/models/files");
  await page.getByLabel("Path").fill("models/numbers.sql");
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByText("There is no such file yet").waitFor();
  await page.getByLabel("Text").fill("select * from {{ ref('nothing_at_all') }}");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "The project has problems" }).waitFor();
  await page.getByRole("button", { name: "Delete this file" }).waitFor();
  expect(await page.getByText("There is no such file yet").count()).toBe(0);
  await picture("warehouse-file");
  await page.getByLabel("Text").fill("{{ config(materialized='table') }}\nselect 1 as x union all select 2");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "The project can be run" }).waitFor();
  await page.goto(`${world.server.origin}/#/warehouse/models/files/models%2Fnumbers.yml`);
  const description = JSON.stringify(HOSTILE);
  const yml = `models:\n  - name: numbers\n    description: ${description}\n    columns:\n      - name: x\n        data_tests: [unique]\n`;
  await page.getByLabel("Text").fill(yml);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "The project can be run" }).waitFor();
  await page.getByRole("link", { name: "All files" }).click();
  await page.getByRole("row", { name: /numbers\.yml/ }).waitFor();
  await expectAccessible();
  await picture("warehouse-files-of-project");

  await page.getByRole("navigation", { name: "Parts of the models" }).getByRole("link", { name: "Models" }).click();
  await page.getByText(HOSTILE).waitFor();
  await page.getByText("Only some models").click();
  await page.getByLabel("Only these").fill("numbers");
  await page.getByRole("button", { name: "Start" }).click();
  await page
    .getByRole("region", { name: "Nodes" })
    .getByRole("row", { name: /^numbers model success/ })
    .waitFor();
  await page
    .getByRole("region", { name: "Nodes" })
    .getByRole("row", { name: /test pass/ })
    .waitFor();
  await expectAccessible();
  await picture("warehouse-run");
  await page.getByRole("link", { name: "All runs" }).click();
  await page.getByRole("region", { name: "Runs" }).getByText("numbers").waitFor();

  await page.getByRole("link", { name: "Lineage" }).click();
  const frame = page.frameLocator('iframe[title="Models and their lineage"]');
  await frame
    .getByRole("link", { name: /numbers/ })
    .first()
    .waitFor();
  await expectAccessible();
  await picture("warehouse-lineage");
  expect(await isHit(page)).toBe(false);
  expect(complaints.filter((line) => !line.includes("status of 404"))).toEqual([]);
});

test("the table of a model that is gone is dropped, and no longer on the page", async () => {
  for (const ending of ["yml", "sql"]) {
    const { status } = await fetch(`${world.server.origin}/api/dbt/project/models/numbers.${ending}`, {
      method: "DELETE",
    });
    expect(status).toBeLessThan(300);
  }
  const { page, complaints } = await world.open("#/warehouse/models");
  await page.getByText("No model of the project builds these any more:").waitFor();
  await page.getByRole("button", { name: "Drop them" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Drop them" }).click();
  await page.getByText("1 dropped").waitFor();
  await page.getByRole("heading", { name: "Tables of models that are gone" }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
});

test("a job says what was logged while it ran, or that its lines are too old, or that it has not begun", async () => {
  await warehouse.ask("POST", "/api/sources", { name: "logged", type: "csv", config: { file_pattern: "*" } });
  await upload("logged", "logged.csv", "a\n1\n");
  const sync = await warehouse.start("logged");
  expect(await warehouse.ended(sync)).toMatchObject({ status: "completed" });
  const { page, complaints } = await world.open(`#/jobs/${sync}`);
  const log = page.getByRole("region", { name: "Log" }).first();
  await log.getByText("Sync completed: 1 rows").waitFor();
  await page.route("**/api/sources/logged/logs?*", (route) => {
    const line = { timestamp: "2100-01-01T00:00:00Z", level: "INFO", message: "much later" };
    return route.fulfill({ json: Array.from({ length: 500 }, () => line) });
  });
  await page.reload();
  await log.getByText("Nothing of this job was found.").waitFor();
  await log.getByText("Older lines than the latest 500 of this source are not looked at.").waitFor();
  expect(complaints).toEqual([]);

  const { body } = await warehouse.ask("POST", "/api/dbt/runs", { command: "build" });
  const run = String(body["job_id"]);
  await warehouse.ended(run);
  await page.route(`**/api/dbt/runs/${run}`, (route) =>
    route.continue({ url: `${world.server.origin}/api/dbt/runs/unknown` }),
  );
  await page.goto(`${world.server.origin}/#/jobs/${run}`);
  await page.getByText("It ended before it began.").waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(complaints.filter((line) => !line.includes("status of 404"))).toEqual([]);
});

test("the log shows hostile text as text and finds by source, level and words", async () => {
  await warehouse.ask("POST", "/api/sources", { name: "hostile", type: "csv", config: { file_pattern: "*" } });
  const filename = "<img src=x onerror=window.hit=1>.csv";
  await upload("hostile", filename, "a\n1\n");
  const { page, complaints, expectAccessible, picture } = await world.open("#/warehouse/logs");
  await page.getByText(`CSV uploaded: ${filename}`).first().waitFor();
  await page.getByLabel("Words").fill("uploaded");
  await page.getByLabel("Source").selectOption("hostile");
  await expect.poll(() => page.getByRole("row").count()).toBe(2);
  await expectAccessible();
  await picture("warehouse-log");
  await page.reload();
  await page.getByText(`CSV uploaded: ${filename}`).first().waitFor();
  expect(await page.getByLabel("Words").inputValue()).toBe("uploaded");
  await page.getByLabel("Level").selectOption("ERROR");
  await page.getByText("Nothing of that kind has happened.").waitFor();
  expect(await isHit(page)).toBe(false);
  expect(complaints).toEqual([]);
});

test("every part fits a narrow screen", async () => {
  await warehouse.ask("POST", "/api/sources", { name: "narrow", type: "csv", config: { file_pattern: "*" } });
  await upload("narrow", `${"long_name_".repeat(12)}.csv`, `a,${"b".repeat(100)}\n${"x".repeat(500)},2\n1\n`);
  expect(await warehouse.sync("narrow")).toMatchObject({ status: "completed" });
  const config = { base_url: "https://api.example.org", endpoints: [{ path: "orders" }] };
  await warehouse.ask("POST", "/api/sources", { name: "narrow_api", type: "rest_api", config });
  const { page, complaints, picture } = await world.open("#/warehouse/sources", NARROW);
  const parts = {
    sources: "#/warehouse/sources",
    source: "#/warehouse/sources/narrow",
    files: "#/warehouse/sources/narrow/files",
    settings: "#/warehouse/sources/narrow_api/settings",
    kinds: "#/warehouse/add",
    upload: "#/warehouse/upload",
    tables: "#/warehouse/tables",
    table: "#/warehouse/tables/raw_narrow/narrow",
    sql: "#/warehouse/sql",
    models: "#/warehouse/models",
    runs: "#/warehouse/models/runs",
    "project-files": "#/warehouse/models/files",
    lineage: "#/warehouse/models/lineage",
    log: "#/warehouse/logs",
  };
  for (const [name, address] of Object.entries(parts)) {
    await page.goto(`${world.server.origin}/${address}`);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
    expect([name, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([name, 360]);
    await picture(`warehouse-narrow-${name}`);
  }
  expect(complaints).toEqual([]);
});
