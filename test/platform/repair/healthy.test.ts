/// <reference types="vite/types/importMeta.d.ts" />
import { env } from "cloudflare:workers";
import { Column, getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import { domains, jobDefinitions } from "../../../src/app.ts";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import { newPerson } from "../../domains/banking/person.ts";
import { openHarvesting, WRITTEN_AT } from "../../domains/instruments/harvests.ts";
import { openAzure } from "../../domains/inventory/extractions.ts";
import { bytesOf, formWith, upload as uploadFeature } from "../../domains/market-data/feature-forms.ts";
import { answerOf, openSyncWorld, sync, upload as uploadCsv } from "../../domains/warehouse/syncs.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { send } from "../auth/client.ts";
import { askAdmin, check, downloadTwoMonths, openStorage, takeSnapshot } from "./storage.ts";

const modules = import.meta.glob<Record<string, unknown>>("../../../src/**/tables.ts", { eager: true });
const CSV = "date,value\n2025-01-01,42\n2025-01-02,43\n";

const flows: Record<string, () => Promise<void>> = {
  async banking() {
    const person = await newPerson();
    for (const name of ["kept.csv", "gone.csv"]) expect((await person.upload(name, CSV)).status).toBe(201);
    expect((await person.send("DELETE", "/data/files/gone.csv")).status).toBe(204);
    const form = new FormData();
    form.set("file", new File([CSV], "statement.csv"));
    form.set("report", "giro");
    expect((await person.send("POST", "/data/reports", form)).status).toBe(201);
  },

  async "market-data"() {
    await downloadTwoMonths();
    for (const text of ["first", "second"]) expect((await uploadFeature(formWith(bytesOf(text)))).status).toBe(200);
    expect((await send("GET", "/api/v1/datasets/1/export")).status).toBe(200);
  },

  async warehouse() {
    const source = { name: "sales", type: "csv", config: { directory: "data/uploads/sales" } };
    expect((await answerOf("POST", "/sources", source)).status).toBe(201);
    for (const name of ["a.csv", "b.csv"]) expect((await uploadCsv("sales", name, CSV)).status).toBe(200);
    for (const full_refresh of [false, true]) {
      expect(await sync(openSyncWorld(), "sales", { full_refresh })).toMatchObject({ status: "completed" });
    }
    const gone = `/sources/sales/csv-files?file_path=${encodeURIComponent("/data/uploads/sales/b.csv")}`;
    expect((await answerOf("DELETE", gone)).status).toBe(200);
  },

  async instruments() {
    const files = {
      "run/a.txt": { text: "hello", modified_at: WRITTEN_AT },
      "b.bin": { size: 9_000_000, modified_at: WRITTEN_AT },
    };
    const harvesting = await openHarvesting({ files });
    expect(await harvesting.harvest()).toMatchObject({ status: "completed" });
  },

  async inventory() {
    const { settings } = await openAzure({ page_size: 100 });
    const world = openJobWorld(jobDefinitions, { ...settings, INVENTORY_TRANSPORT: "filesystem" });
    const params = extractionRequest.parse({ provider: "azure", services: ["keyvault"] });
    const { job } = await triggerExtraction(world.ctx, params);
    expect((await world.work(job.id)).job).toMatchObject({ status: "completed" });
  },
};

it("knows every column that holds keys of objects", () => {
  const columns = Object.values(modules)
    .flatMap((module) => Object.values(module))
    .filter((value) => is(value, SQLiteTable))
    .flatMap((table) => Object.values(getTableColumns(table)).map(({ name }) => `${getTableName(table)}.${name}`))
    .filter((name) => /\.(object|json)_key$/.test(name));
  const named = domains
    .flatMap(({ names = [] }) => names)
    .flatMap(({ table, key }) => (is(key, Column) ? [`${getTableName(table)}.${key.name}`] : []));
  // What is uploaded in parts is nobody's until a row of a domain names it.
  expect([...named, "uploads.object_key"].toSorted()).toEqual(columns.toSorted());
  expect(named.length).toBeGreaterThan(5);
});

it("has a flow here for every domain", () => {
  expect(Object.keys(flows).toSorted()).toEqual(
    domains
      .map(({ name }) => name)
      .filter((name) => name !== "platform")
      .toSorted(),
  );
});

it.each(Object.keys(flows))(
  "finds nothing wrong in what %s stores, changes nothing, and repairs nothing",
  async (domain) => {
    await flows[domain]?.();
    const { results: live } = await env.DB.prepare("SELECT key FROM objects WHERE state = 'live'").all();
    expect(live.length).toBeGreaterThan(0);
    // Signing in for the first time leaves rows, too.
    expect(await askAdmin("GET", "/admin/fsck")).toMatchObject({ status: 404 });
    const before = await takeSnapshot();
    for (const repair of [false, true]) {
      const { report } = await check(openStorage(), { repair });
      expect(report).toMatchObject({ counts: {}, findings: [] });
      expect(report.looked_at).toMatchObject({ bucket: expect.any(Number), sample: live.length });
      expect(await takeSnapshot()).toEqual(before);
    }
  },
);
