import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";

const DOCUMENT = join(import.meta.dirname, "../documents/market-data");
const PRINTED_ORIGIN = "http://localhost:8000";
const FEATURES = "ts,rsi_14\n1704067200000,41.5\n";

const run = promisify(execFile);
const state = createStateFolder();
const folder = mkdtempSync(join(tmpdir(), "catchment-workflow-"));
let server: CatchmentProcess;

beforeAll(async () => {
  writeFileSync(join(folder, "my_features.parquet"), FEATURES);
  // The workflow imports polars and does not use it.
  writeFileSync(join(folder, "polars.py"), "");
  server = await startCatchment(state.folder, { args: ["--demo"] });
  await downloadTwoMonths();
});

afterAll(async () => {
  await server?.stop();
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** So that the examples find what they speak of. */
async function downloadTwoMonths(): Promise<void> {
  const response = await fetch(`${server.origin}/api/v1/ingest/download`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      ...{ exchange: "binance", symbol: "BTCUSDT", market: "spot" },
      ...{ start_date: "2024-01-01", end_date: "2024-02-29" },
    }),
  });
  const { job_id: jobId } = (await response.json()) as { job_id: string };
  await vi.waitFor(
    async () => {
      const job = await (await fetch(`${server.origin}/jobs/${jobId}`)).json();
      expect(job).toMatchObject({ status: "completed" });
    },
    { timeout: 120_000, interval: 250 },
  );
}

const here = (text: string) => text.replaceAll(PRINTED_ORIGIN, server.origin);

async function runPython(name: string): Promise<string> {
  const script = here(readFileSync(join(DOCUMENT, name), "utf8"));
  const { stdout } = await run("python3", ["-c", script], { cwd: folder });
  return stdout;
}

describe("the document's examples, as printed", () => {
  it("the Python workflow goes through all ten steps", async () => {
    const output = await runPython("workflow.py");
    expect(output).toContain("Available exchanges: 104");
    expect(output).toMatch(/Symbols on Binance: [1-9]/);
    expect(output).toContain("'task_id': 'dl_BTCUSDT', 'status': 'pending'");
    expect(output).toContain("binance:spot:BTCUSDT:raw");
    expect(output).toMatch(/Datasets found: [1-9]/);
    expect(output).toContain("Columns: ['ts', 'open', 'high', 'low', 'close', 'volume'");
    expect(output).toMatch(/Total rows: [1-9]/);
    expect(output).toContain("Feature rsi_indicators v1.0.0 uploaded successfully");
    expect(output).toContain("Features found: 1");
    expect(output).toContain("rsi_indicators: versions ['1.0.0']");
    expect(output).toContain("Feature downloaded");
    expect(readFileSync(join(folder, "downloaded.parquet"), "utf8")).toBe(FEATURES);
  });

  it("the Python upload answers success", async () => {
    expect(await runPython("upload.py")).toContain("'status': 'success', 'version': '1.0.0'");
  });

  it("every curl line answers, in the document's order", async () => {
    const lines = JSON.parse(readFileSync(join(DOCUMENT, "curl.json"), "utf8")) as string[];
    const answers: [line: string, status: string][] = [];
    for (const line of lines) {
      const listed = (await (await fetch(`${server.origin}/features`)).json()) as { id: number }[];
      const command = here(line).replace("/features/123", `/features/${listed[0]?.id}`);
      const output = command.includes(" -o ") ? "" : "-o answer.json ";
      const { stdout } = await run("bash", ["-c", command.replace("curl ", `curl -sS ${output}-w '%{http_code}' `)], {
        cwd: folder,
      });
      answers.push([line, stdout]);
    }
    expect(answers.filter(([, status]) => status !== "200")).toEqual([]);
    expect(answers).toHaveLength(18);
    expect(readFileSync(join(folder, "downloaded_feature.parquet"), "utf8")).toBe(FEATURES);
  });
});
