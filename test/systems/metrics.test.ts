import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readVars } from "../../src/cli/dev-vars.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";

const state = createStateFolder();
let server: CatchmentProcess;
let adminToken: string;

beforeAll(async () => {
  server = await startCatchment(state.folder, { args: ["--demo"] });
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = readVars(join(state.folder, ".dev.vars"));
  const login = await fetch(`${server.origin}/user/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }),
  });
  adminToken = ((await login.json()) as { access_token: string }).access_token;
});

afterAll(async () => {
  await server?.stop();
  state.remove();
});

it("promtool accepts what a working server says about itself", async () => {
  await fetch(`${server.origin}/api/v1/ingest/exchanges`);
  await fetch(`${server.origin}/api/v1/ingest/exchanges/binance/symbols`);
  await fetch(`${server.origin}/nowhere`);

  const metrics = await fetch(`${server.origin}/metrics`, { headers: { Authorization: `Bearer ${adminToken}` } });
  const text = await metrics.text();
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });

  expect(metrics.status).toBe(200);
  expect(text).toMatch(/^# TYPE \w+ histogram$/m);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});
