import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readVars } from "../../src/cli/dev-vars.ts";
import { getLocal } from "../../src/cli/local-http.ts";
import { findFreePort, isPortFree } from "../../src/cli/ports.ts";
import {
  type CatchmentProcess,
  createStateFolder,
  runCatchment,
  startCatchment,
} from "../support/catchment-process.ts";

const state = createStateFolder();
let running: CatchmentProcess | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(() => state.remove());

function logIn(origin: string, email: string, password: string): Promise<Response> {
  return fetch(`${origin}/user/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
}

// A test says what it expects of a body; a wrong guess fails there.
// oxlint-disable-next-line typescript/no-explicit-any
async function readJson(url: string, init?: RequestInit): Promise<any> {
  return (await fetch(url, init)).json();
}

function portOf(server: CatchmentProcess): number {
  return Number(new URL(server.origin).port);
}

describe("npm start", () => {
  it("makes secrets, databases and the admin on a first start and says so in five lines", async () => {
    running = await startCatchment(state.folder);

    const vars = readVars(join(state.folder, ".dev.vars"));
    const { origin } = running;
    const file = join(state.folder, ".dev.vars");
    expect(running.output().split("\n").slice(0, 5)).toEqual([
      `Catchment wrote 12 settings to ${file} and brought both databases to the newest schema; data are in ${state.folder}.`,
      `Dashboard and API ${origin} - docs ${origin}/docs - health ${origin}/health`,
      `Admin admin@catchment.local, password ${vars.ADMIN_PASSWORD} (shown this once; kept in ${file})`,
      "Exchanges: the real ones; npm start -- --demo needs no network. Ctrl+C stops.",
      expect.stringMatching(`^Try: curl -X POST ${origin}/api/v1/ingest/download -H 'Content-Type: application/json'`),
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(vars.VAULT_KEYS?.slice(2) ?? "", "base64")).toHaveLength(32);
    expect(vars).toMatchObject({
      ANONYMOUS_ACCESS: "market-data,warehouse",
      REGISTRATION: "open",
      ENVIRONMENT: "local",
      RECORDED_PROVIDERS: "aws,azure,gcp",
    });

    const health = await fetch(`${origin}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: "healthy", ready: true });
    expect((await logIn(origin, "admin@catchment.local", vars.ADMIN_PASSWORD ?? "")).status).toBe(200);
  });

  it("keeps secrets and users through a kill -9 and is back within 20 seconds", async () => {
    const before = state.readDevVars();
    running = await startCatchment(state.folder);
    const user = { email: "user@example.org", password: "a-long-enough-password" };
    const registered = await fetch(`${running.origin}/user/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(user),
    });
    expect(registered.ok).toBe(true);
    const killed = running;
    await killed.kill();
    await vi.waitFor(async () => expect(await isPortFree(portOf(killed))).toBe(true), 10_000);

    const startedAt = Date.now();
    running = await startCatchment(state.folder);

    expect(Date.now() - startedAt).toBeLessThan(20_000);
    expect(state.readDevVars()).toBe(before);
    expect(running.output()).toContain("found both databases up to date");
    expect(running.output()).toContain("Admin admin@catchment.local, password as set before\n");
    expect((await logIn(running.origin, user.email, user.password)).status).toBe(200);
  });

  it("fires the minute's tick by itself", async () => {
    running = await startCatchment(state.folder);
    const { origin } = running;

    await vi.waitFor(async () => {
      const health = (await (await fetch(`${origin}/health`)).json()) as { components: Record<string, unknown> };
      expect(health.components.scheduler).toEqual({ ready: true, error: null });
    }, 20_000);
  });

  it("answers others while a job works", async () => {
    running = await startCatchment(state.folder);
    const { origin } = running;
    const source = JSON.stringify({ name: "busy", type: "csv", config: { file_pattern: "*" } });
    const headers = { "Content-Type": "application/json" };
    const made = await fetch(`${origin}/api/sources`, { method: "POST", headers, body: source });
    expect(made.status).toBe(201);
    const rows = Array.from({ length: 200_000 }, (_, index) => `${index},${index / 2},name ${index}\n`);
    const body = new FormData();
    body.set("file", new File(["id,amount,name\n", ...rows], "busy.csv"));
    expect((await fetch(`${origin}/api/sources/busy/upload-csv`, { method: "POST", body })).status).toBe(200);
    const { job_id } = await readJson(`${origin}/api/sources/busy/sync`, { method: "POST" });
    expect(job_id).toMatch(/^job_/);
    const seen = new Set<string>();
    while (!seen.has("completed") && !seen.has("failed")) {
      const { status, progress } = await readJson(`${origin}/jobs/${job_id}`);
      seen.add(status === "running" ? `running ${JSON.stringify(progress)}` : status);
    }
    expect([...seen]).toEqual(expect.arrayContaining([expect.stringMatching(/^running .*[1-9]/), "completed"]));
  });

  it("shows nobody the databases beside the API, and keeps no traces of what was asked", async () => {
    mkdirSync(join(state.folder, "v3/observability"), { recursive: true });
    running = await startCatchment(state.folder);
    const { origin } = running;
    for (const path of ["/cdn-cgi/explorer", "/cdn-cgi/explorer/api/d1/database"]) {
      const response = await fetch(`${origin}${path}`);
      expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ error: "NOT_FOUND" })]);
    }
    const local = await fetch(`${origin}/cdn-cgi/local/explorer/api/d1/database`);
    expect(local.status).toBe(404);
    await local.body?.cancel();
    expect(readdirSync(join(state.folder, "v3"))).not.toContain("observability");
  });

  it("lets the environment win over .dev.vars without writing to it", async () => {
    const before = state.readDevVars();
    running = await startCatchment(state.folder, { env: { ANONYMOUS_ACCESS: "", REGISTRATION: "closed" } });

    const response = await fetch(`${running.origin}/api/v1/ingest/status`);

    expect(response.status).toBe(401);
    expect(state.readDevVars()).toBe(before);
  });

  it("serves https with a certificate for localhost", async () => {
    running = await startCatchment(state.folder, { args: ["--https"] });

    const certificate = join(import.meta.dirname, "../../.certs/localhost.pem");
    const { status } = await getLocal(`${running.origin}/health`, { certificate, timeout_ms: 10_000 });

    expect(status).toBe(200);
    expect(readFileSync(certificate, "utf8")).toContain("BEGIN CERTIFICATE");
  });

  it("takes everything it started with it when it alone is killed", async () => {
    const killed = await startCatchment(state.folder, { args: ["--demo"] });

    process.kill(killed.pid, "SIGKILL");

    await vi.waitFor(async () => expect(await isPortFree(portOf(killed))).toBe(true), 10_000);
  });

  it("refuses to share its data with a server that runs", async () => {
    running = await startCatchment(state.folder);

    const port = String(await findFreePort());
    const { code, output } = await runCatchment(["start", "--state", state.folder], { PORT: port });

    expect(output).toBe(
      `Another server uses the data in ${state.folder}: process ${running.pid} on port ${portOf(running)}. Stop it, or give this one a folder of its own with --state DIR.\n`,
    );
    expect(code).toBe(1);
  });
});

describe("npm start says in one sentence what is wrong", () => {
  let occupant: Server;
  let taken: string;

  beforeAll(async () => {
    occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const address = occupant.address();
    taken = typeof address === "object" && address ? String(address.port) : "";
  });

  afterAll(() => occupant.close());

  it("when the port is taken", async () => {
    const { code, output } = await runCatchment(["start", "--state", state.folder], { PORT: taken });

    expect(output).toBe(
      `Port ${taken} is taken by another program: stop it, or choose another port with PORT=9000 npm start.\n`,
    );
    expect(code).toBe(1);
  });

  it("when Node is too old", async () => {
    const pretend = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { node: '20.11.1' } })")}`;
    const { code, output } = await runCatchment(["start"], { NODE_OPTIONS: `--import=${pretend}` });

    expect(output).toBe(
      'Catchment needs Node 22.18 or newer and this is Node 20.11.1: run "npm ci", which brings one for the npm scripts.\n',
    );
    expect(code).toBe(1);
  });

  it("when a setting has a value that the Worker refuses", async () => {
    const port = String(await findFreePort());
    const { code, output } = await runCatchment(["start", "--state", state.folder], { PORT: port, LOG_LEVEL: "LOUD" });

    expect(output).toMatch(/^Configuration is wrong: LOG_LEVEL: .*\.\n$/);
    expect(code).toBe(1);
  });

  it("when PORT is not a port", async () => {
    const { code, output } = await runCatchment(["start"], { PORT: "eighty" });

    expect(output).toBe('PORT must be a whole number from 0 to 65535, and it is "eighty".\n');
    expect(code).toBe(1);
  });
});
