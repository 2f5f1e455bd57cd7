import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { startRestServer } from "../support/rest-server/server.ts";
import { createRestWorld } from "../support/rest-server/world.ts";
import { openWarehouse } from "./warehouse-client.ts";
import type { LocalServer } from "../support/listen-locally.ts";

const DOCUMENT = join(import.meta.dirname, "../documents/warehouse");
const PRINTED_HOST = "localhost:8800";
const CHARGES = 120;
const EVENTS_MS = 60_000;

const run = promisify(execFile);
const state = createStateFolder();
const folder = mkdtempSync(join(tmpdir(), "catchment-workflow-"));
let rest: LocalServer;
let server: CatchmentProcess;
let warehouse: ReturnType<typeof openWarehouse>;

beforeAll(async () => {
  writeFileSync(join(folder, "sales.csv"), "order_id,amount\n1,9.99\n2,5\n");
  rest = await startRestServer();
  server = await startCatchment(state.folder, { env: { ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
  warehouse = openWarehouse(server);
  await giveStripe();
});

afterAll(async () => {
  await server?.stop();
  await rest?.close();
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What the reader of the document has: a Stripe account with charges, and its key. */
async function giveStripe(): Promise<void> {
  const { key } = createRestWorld({});
  await fetch(`${rest.url}/control/worlds/stripe`, { method: "PUT", body: JSON.stringify({ count: CHARGES }) });
  expect(await warehouse.ask("PUT", "/api/secrets/STRIPE_API_KEY", { value: key })).toMatchObject({ status: 200 });
  const config = { endpoints: ["charges", "customers"], api_url: `${rest.url}/worlds/stripe` };
  expect(await warehouse.ask("PATCH", "/api/sources/stripe_payments", { config })).toMatchObject({
    status: 200,
    body: { config: { name: "stripe_payments", enabled: true } },
  });
}

/** An example as printed but for the server's port. */
const example = (name: string) =>
  readFileSync(join(DOCUMENT, name), "utf8").replaceAll(PRINTED_HOST, new URL(server.origin).host);

const statusOf = async (source: string) => {
  const { body } = await warehouse.ask("GET", `/api/sources/${source}/details`);
  return body["status"];
};

const untilSynced = (source: string) =>
  vi.waitFor(async () => expect(await statusOf(source)).toBe("synced"), { timeout: EVENTS_MS, interval: 200 });

/** The example of JavaScript, which listens until it is ended. */
function listen() {
  const child = spawn(process.execPath, ["--input-type=module", "-e", example("example.mjs.txt")], { cwd: folder });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  return {
    prints: (text: string) =>
      vi.waitFor(() => expect(output).toContain(text), { timeout: EVENTS_MS, interval: 100 }).then(() => output),
    end: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

describe("the document's examples, as printed", () => {
  it("the Python example lists the sources and starts a sync, which the JavaScript example hears", async () => {
    const listener = listen();
    await listener.prints("Event: connected");
    const { stdout } = await run("python3", ["-c", example("example.py")], { cwd: folder });
    expect(stdout).toContain("'success': True, 'message': 'Sync started for stripe_payments'");
    await listener.prints("Event: sync_started");
    const output = await listener.prints("Event: sync_completed");
    await listener.end();
    expect(output).toMatch(/Event: sync_completed \{[^}]*source: 'stripe_payments'/);
    expect(output).toContain(`rows: ${2 * CHARGES}`);
    await untilSynced("stripe_payments");
    expect(await warehouse.query("SELECT count(*) FROM raw_stripe_payments__charges")).toEqual([[CHARGES]]);
  });

  it("every curl command answers, and the file that is uploaded arrives in its table", async () => {
    const commands = example("example.sh")
      .split(/^# .*\n/m)
      .slice(1);
    const answers: [status: string, body: unknown][] = [];
    for (const command of commands) {
      const asked = command.trim().replace("curl ", "curl -sS -w '\\n%{http_code}' ");
      const { stdout } = await run("bash", ["-c", asked], { cwd: folder });
      const [body = "", status = ""] = stdout.split(/\n(?=\d+$)/);
      answers.push([status, JSON.parse(body)]);
      if (command.includes("/sync")) await untilSynced("stripe_payments");
    }
    expect(answers).toEqual([
      ["200", expect.objectContaining({ status: "healthy" })],
      [
        "200",
        [
          expect.objectContaining({ name: "sales_data", type: "csv", status: "not_synced" }),
          expect.objectContaining({ name: "stripe_payments", type: "stripe", status: "synced" }),
        ],
      ],
      ["200", expect.objectContaining({ success: true, message: "Sync started for stripe_payments" })],
      ["200", expect.objectContaining({ success: true })],
    ]);
    expect(await warehouse.sync("sales_data")).toMatchObject({ status: "completed", errors: [] });
    expect(await warehouse.query("SELECT order_id, amount FROM raw_sales_data__sales_data ORDER BY order_id")).toEqual([
      [1, 9.99],
      [2, 5],
    ]);
  });
});
