import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { jobDefinitions } from "../../../src/app.ts";
import { createContext } from "../../../src/context.ts";
import worker from "../../../src/index.ts";
import { system } from "../../../src/platform/auth/principal.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { ADMIN, type Call, makeRequest, PASSWORD } from "../../platform/auth/client.ts";
import type { DemoBankClient } from "../../support/demo-bank/client.ts";

/** The platform behind its front door; jobs run when the test says so. */
export interface House {
  call(method: string, path: string, call?: Call): Promise<Response>;
  /** As `call`; fails unless it answers 2xx, and gives the body. */
  ask(method: string, path: string, call?: Call): Promise<Record<string, unknown>>;
  send(path: string, token: string, form: FormData): Promise<Record<string, unknown>>;
  /** Works one slice of a job. */
  work(job_id: string): Promise<void>;
}

/** Somebody who has used what there is to use. */
export interface Life {
  id: string;
  token: string;
  email: string;
  /** Texts that are theirs alone. */
  texts: string[];
  /** Ids of their runs. */
  runs: string[];
}

export function openHouse(settings: Record<string, string> = {}): House {
  const queue = { send: async () => {}, sendBatch: async () => {} } as unknown as Queue;
  const bindings = { ...env, ANONYMOUS_ACCESS: "", ...settings, INGESTION: queue, EXTRACTION: queue, SYNC: queue };

  const fetch = async (request: Request) => {
    const execution = createExecutionContext();
    const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, bindings, execution);
    await waitOnExecutionContext(execution);
    return response;
  };
  const read = async (response: Response, what: string) => {
    const text = await response.text();
    expect(response.ok, `${what}: ${response.status} ${text}`).toBe(true);
    const body: unknown = text === "" ? {} : JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  };
  const call: House["call"] = (method, path, input) => fetch(makeRequest(method, path, input));

  return {
    call,
    ask: async (method, path, input) => read(await call(method, path, input), `${method} ${path}`),
    async send(path, token, form) {
      const headers = { Authorization: `Bearer ${token}` };
      return read(await fetch(new Request(`http://localhost${path}`, { method: "POST", headers, body: form })), path);
    },
    async work(job_id) {
      const execution = createExecutionContext();
      await runSlice(createContext(bindings, execution, { principal: system }), jobDefinitions, job_id);
      await waitOnExecutionContext(execution);
    },
  };
}

const formOf = (filename: string, content: string, fields: Record<string, string> = {}) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new File([content], filename));
  return form;
};

/** Registers somebody who stores a login, files and reports, and uses the platform's own means. */
export async function beginLife(house: House): Promise<Life> {
  const mark = crypto.randomUUID().slice(0, 8);
  const email = `person-${mark}@example.org`;
  const account = `DE-${mark}-ACCOUNT`;
  const json = { email, password: PASSWORD };
  const { access_token, user_id } = await house.ask("POST", "/user/register", { json });
  const [token, id] = [String(access_token), String(user_id)];
  const login = { username: `user-${mark}`, account_number: account, password: `secret-${mark}` };
  await house.ask("POST", "/netbank/credentials", { token, json: { ...login, bank: "demo-bank" } });
  await house.ask("POST", "/netbank/otp/key", { token });
  await house.ask("POST", "/netbank/otp", { token, json: { code: "1234567" } });
  const bookings = `account,date,amount\n${account},2025-01-01,1\n`;
  await house.send("/data/files", token, formOf(`${mark}.csv`, bookings));
  await house.send("/data/files", token, formOf(`${mark}-gone.csv`, bookings));
  await house.ask("DELETE", `/data/files/${mark}-gone.csv`, { token });
  await house.send("/data/reports", token, formOf(`report-${mark}.csv`, bookings, { report: "bookings" }));
  const later = `${bookings}${account},2025-01-02,2\n`;
  await house.send("/data/reports", token, formOf(`report-${mark}-2.csv`, later, { report: "bookings" }));
  await house.ask("POST", "/ws/ticket", { token, json: { topic: "platform" } });
  await house.ask("POST", "/user/password-reset", { json: { email } });
  await house.ask("PUT", "/user/collect_automatically", { token });
  const { runs } = await house.ask("GET", "/user/runs", { token });
  const ids = (runs as { id: string }[]).map((run) => run.id);
  await house.ask("POST", "/ws/ticket", { token, json: { topic: `job:${ids[0]}` } });
  return { id, token, email, texts: [id, email, account, login.username, login.password, mark], runs: ids };
}

/** Has somebody's run collect at the demo bank, with the code that it sends. */
export async function collect(house: House, life: Life, bank: DemoBankClient, job_id: string): Promise<void> {
  const json = { username: "demo", account_number: "12345678-12345678", password: "demo", bank: "demo-bank" };
  await house.ask("POST", "/netbank/credentials", { token: life.token, json });
  const running = house.work(job_id);
  await expect.poll(async () => (await bank.report()).codes, { timeout: 20_000 }).toHaveLength(1);
  const [sent] = (await bank.report()).codes;
  await house.ask("POST", "/netbank/otp", { token: life.token, json: { code: sent?.code } });
  await running;
}

/** Lets somebody use the domains that people share, and run the platform; answers their new token. */
export async function useEverything(house: House, life: Life): Promise<string> {
  const signIn = async (json: object) => String((await house.ask("POST", "/user/login", { json }))["access_token"]);
  await house.ask("PATCH", `/admin/users/${life.id}`, {
    token: await signIn(ADMIN),
    json: { role: "admin", grants: { inventory: "write", warehouse: "write", "market-data": "write" } },
  });
  const token = await signIn({ email: life.email, password: PASSWORD });
  const [mark] = life.texts.slice(-1);
  const form = { username: life.email, password: PASSWORD };
  await house.ask("POST", "/auth/jwt/login", { form });
  await house.ask("POST", "/auth/cookie/login", { form });
  await house.ask("POST", "/auth/request-verify-token", { json: { email: life.email } });
  await house.ask("POST", "/admin/tokens", { token, json: { name: "nightly", scope: ["metrics"] } });
  await house.ask("POST", "/webhooks", { token, json: { url: `https://hooks.example.org/${life.id}` } });
  await house.ask("POST", "/uploads", { token, json: { filename: `${mark}.parquet`, purpose: "market-data" } });
  const upload = await house.ask("POST", "/uploads", {
    token,
    json: { filename: `${mark}-2.csv`, purpose: "market-data" },
  });
  const parts = `/uploads/${String(upload["upload_id"])}`;
  await house.ask("PUT", `${parts}/parts/1`, { token, json: { secret: life.email } });
  await house.ask("POST", `${parts}/complete`, { token, json: {} });
  const series = { exchange: "binance", symbol: "BTCUSDT", market: "spot", timeframe: "1m", start_date: "2024-01-01" };
  const download = await house.ask("POST", "/api/v1/ingest/download", {
    token,
    json: series,
    headers: { "Idempotency-Key": `of-${life.id}` },
  });
  await house.ask("POST", "/ws/ticket", { token, json: { topic: `job:${String(download["job_id"])}` } });
  const cron = { name: "hourly", cron_expression: "5 * * * *" };
  await house.ask("POST", "/api/v1/ingest/schedules", { token, json: { ...cron, series: [series] } });
  await house.ask("POST", "/schedules", { token, json: cron });
  await house.ask("POST", "/api/sources", {
    token,
    json: {
      name: `sales_${crypto.randomUUID().slice(0, 8)}`,
      type: "csv",
      config: { directory: "data/uploads/sales" },
    },
  });
  await house.ask("PUT", `/extraction/credentials/azure/6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e`, {
    token,
    json: { tenant_id: "contoso.example", client_id: "application", client_secret: "s3cr3t" },
  });
  const group = await house.ask("POST", "/api/groups", { token, json: { name: `Group ${crypto.randomUUID()}` } });
  await house.ask("POST", `/api/groups/${String(group["id"])}/members`, { token, json: { user_id: life.id } });
  await house.ask("POST", "/admin/vault/rotate", { token, headers: { "Idempotency-Key": "rotate" } });
  return token;
}
