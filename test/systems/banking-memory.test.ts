import { execFileSync } from "node:child_process";
import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { type LiveMemory, watchMemory } from "../support/live-memory.ts";

const MB = 1_000_000;
const MILLION = 1_000_000;
const ROWS_OF_100_MB = 1_700_000;

/** Name, DuckDB's options of writing it, and its rows. */
const FILES = [
  ["million.parquet", "FORMAT parquet", MILLION],
  ["large.csv", "HEADER", ROWS_OF_100_MB],
] as const;
const ONE_GROUP = "one-group.parquet";

const state = createStateFolder();
let server: CatchmentProcess;
let memory: LiveMemory;
let headers: Record<string, string>;

beforeAll(async () => {
  for (const [name, options, rows] of [["small.parquet", "FORMAT parquet", 100] as const, ...FILES]) {
    await writeReport(join(state.folder, name), options, rows);
  }
  writeOneGroup(join(state.folder, ONE_GROUP));
  server = await startCatchment(state.folder);
  const account = { email: "person@example.org", password: "correct horse battery" };
  const registered = await fetch(`${server.origin}/user/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(account),
  });
  const { access_token } = (await registered.json()) as { access_token: string };
  headers = { Authorization: `Bearer ${access_token}` };
  // What the first request of each kind loads stays loaded.
  await upload("small.parquet");
  await readJson("small.parquet/preview");
  await readJson("small.parquet/series?y=price");
  memory = await watchMemory(server);
});

afterAll(async () => {
  memory?.close();
  await server?.stop();
  state.remove();
});

/** A minute each of a paper's price, with gaps and texts, as reports have them. */
async function writeReport(path: string, options: string, count: number): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT TIMESTAMP '2024-01-01' + to_minutes(i) AS date, 'paper ' || i % 977 AS paper, i % 10007 / 4 AS price,
      CASE WHEN i % 5 > 0 THEN i % 1013 END AS amount, i AS number, 'line ' || i AS note
    FROM range(${count}) AS minutes(i)) TO '${path}' (${options})`);
  connection.closeSync();
  instance.closeSync();
}

/** The same in one row group with pages of 1 MiB, as pandas writes it. */
function writeOneGroup(filename: string): void {
  const column = <T>(value: (row: number) => T) => Array.from({ length: MILLION }, (_, row) => value(row));
  const start = Date.UTC(2024, 0, 1);
  parquetWriteFile({
    filename,
    rowGroupSize: MILLION,
    columnData: [
      { name: "date", data: column((row) => new Date(start + row * 60_000)), type: "TIMESTAMP", nullable: true },
      { name: "paper", data: column((row) => `paper ${row % 977}`), type: "STRING", nullable: true },
      { name: "price", data: column((row) => (row % 10_007) / 4), type: "DOUBLE", nullable: true },
      {
        name: "amount",
        data: column((row) => (row % 5 > 0 ? BigInt(row % 1013) : null)),
        type: "INT64",
        nullable: true,
      },
      { name: "number", data: column((row) => BigInt(row)), type: "INT64", nullable: true },
      { name: "note", data: column((row) => `line ${row}`), type: "STRING", nullable: true },
    ],
  });
}

async function upload(name: string): Promise<void> {
  const form = new FormData();
  form.set("file", await openAsBlob(join(state.folder, name)), name);
  const response = await fetch(`${server.origin}/data/files`, { method: "POST", headers, body: form });
  expect(response.status, await response.text()).toBe(201);
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.origin}/data/files/${path}`, { headers });
  expect(response.status, path).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function expectWithin64MB<T>(label: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const { result, peak_bytes, samples } = await memory.during(work);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${label}: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples, ${seconds} s`);
  expect(peak_bytes).toBeGreaterThan(0);
  expect(peak_bytes).toBeLessThan(64 * MB);
  return result;
}

/** Live memory is seen between turns only: a heap that would not hold more shows what a turn needs. */
it.each(["summary", "number", "paper"])("a million rows in one group fit in a heap of 64 MB: %s", (what) => {
  const script = join(import.meta.dirname, "read-table.ts");
  const args = ["--max-old-space-size=64", script, join(state.folder, ONE_GROUP), what];
  expect(execFileSync(process.execPath, args, { encoding: "utf8" }).trim()).toBe(
    String(what === "summary" ? MILLION : (MILLION / 5) * 4),
  );
});

/** Again and again, so that some samples fall into it. */
async function repeat<T>(times: number, work: () => Promise<T>): Promise<T> {
  for (let time = 1; time < times; time++) await work();
  return work();
}

describe.each([...FILES, [ONE_GROUP, "", MILLION] as const])(
  "%s stays within 64 MB of live memory",
  (name, _options, rows) => {
    it("when it is uploaded and its sidecars are written", async () => {
      await expectWithin64MB(`${name}, upload`, () => upload(name));
    });

    it("when its first rows are shown", async () => {
      const shown = await expectWithin64MB(`${name}, preview`, () =>
        repeat(5, () => readJson(`${name}/preview?rows=200`)),
      );
      expect(shown).toMatchObject({ preview: { n_rows: rows, rows: { length: 200 } } });
    });

    it("when a column is plotted from its sidecar", async () => {
      const plot = () => readJson(`${name}/series?y=price`);
      const shown = await expectWithin64MB(`${name}, series`, () => repeat(5, plot));
      expect(shown).toMatchObject({ meta: { x_column: "date", total_points: rows } });
    });

    it.each(["number", "paper"])(
      "when a column is plotted by reading the file, against %s",
      async (x) => {
        const plot = () => readJson(`${name}/series?y=amount&x=${x}`);
        const shown = await expectWithin64MB(`${name}, series against ${x}`, plot);
        expect(shown).toMatchObject({ meta: { x_column: x, total_points: (rows / 5) * 4 } });
      },
      400_000,
    );
  },
);
