import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import packageFile from "../../../package.json";
import { createApp } from "../../../src/app.ts";
import type { Env } from "../../../src/context.ts";

const app = createApp();

afterEach(() => {
  vi.useRealTimers();
});

const good = { ready: true, error: null };

/** Asks `/health` of the same Worker with other bindings; a fresh `env` has no remembered findings. */
async function askHealth(changes: Partial<Record<keyof Env | "JWT_SECRET_KEY" | "VAULT_KEYS", unknown>> = {}) {
  const execution = createExecutionContext();
  const response = await app.fetch(new Request("http://localhost/health"), { ...env, ...changes }, execution);
  await waitOnExecutionContext(execution);
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

const tickAt = (milliseconds: number) =>
  env.DB.prepare("INSERT OR REPLACE INTO ticks (id, ticked_at) VALUES (1, ?)").bind(milliseconds).run();

const broken = {
  prepare() {
    throw new Error("D1_ERROR: the secret path of a disk");
  },
  withSession: () => broken,
  getBookmark: () => null,
};

it("is healthy with every component, its version and its uptime, when all is well", async () => {
  await tickAt(Date.now());
  const { status, body } = await askHealth();
  expect(status).toBe(200);
  expect(body).toEqual({
    status: "healthy",
    ready: true,
    startup_complete_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    components: {
      firebase: good,
      scheduler: good,
      tokens: good,
      selenium: { ready: false, error: "not configured" },
      vault: good,
      database: good,
      warehouse: good,
      lake: good,
    },
    version: packageFile.version,
    uptime_seconds: expect.any(Number),
    timestamp: expect.stringMatching(/Z$/),
  });
  expect(body.uptime_seconds).toBeGreaterThanOrEqual(0);
  expect(body.uptime_seconds).toBeLessThan(3600);
});

it("answers anyone at the front door, in both slash forms, and asks not to be stored", async () => {
  for (const path of ["/health", "/health/"]) {
    const response = await exports.default.fetch(`http://localhost${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ status: "healthy", ready: true });
  }
});

it("says since when nothing ticked, and stays healthy", async () => {
  await tickAt(Date.now() - 200_000);
  const { status, body } = await askHealth();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: "healthy",
    components: { scheduler: { ready: false, error: expect.stringMatching(/^The last tick was 20\d seconds ago$/) } },
  });
});

it("says that nothing has ticked yet on a fresh database", async () => {
  const { body } = await askHealth();
  expect(body).toMatchObject({ components: { scheduler: { ready: false, error: "Nothing has ticked yet" } } });
});

it.each([
  [{ JWT_SECRET_KEY: "" }, "tokens", "JWT_SECRET_KEY is missing"],
  [{ JWT_SECRET_KEY: "short" }, "tokens", "JWT_SECRET_KEY is shorter than 32 bytes"],
  [{ VAULT_KEYS: "" }, "vault", "VAULT_KEYS is missing"],
])("is not ready, with the reason and no uptime, under %j", async (changes, component, error) => {
  const { status, body } = await askHealth(changes);
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: "not_ready", ready: false, version: packageFile.version });
  expect(body.components).toMatchObject({ [component]: { ready: false, error } });
  expect(Object.keys(body).toSorted()).toEqual(["components", "ready", "status", "timestamp", "version"]);
});

it("is not ready while the newest migration is missing, or no migration was ever applied", async () => {
  const outdated = { ready: false, error: "The schema is older than the code: apply the migrations" };
  await env.DB.exec("DELETE FROM d1_migrations");
  const { status, body } = await askHealth();
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: "not_ready", components: { database: outdated, warehouse: good } });

  await env.DB.exec("DROP TABLE d1_migrations");
  await env.WAREHOUSE.exec("DROP TABLE d1_migrations");
  const second = await askHealth();
  expect(second.status).toBe(503);
  expect(second.body).toMatchObject({ components: { database: outdated, warehouse: outdated } });
});

it("answers 200 and names what is broken when the database does not answer, without its error text", async () => {
  const { status, body } = await askHealth({ DB: broken });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: "healthy",
    components: {
      firebase: { ready: false, error: "The user store does not answer" },
      scheduler: { ready: false, error: "The last tick cannot be read" },
      database: { ready: false, error: "The database does not answer" },
      warehouse: good,
      tokens: good,
    },
  });
  expect(JSON.stringify(body)).not.toContain("disk");
});

it("answers 200 and names the lake when the object store does not answer", async () => {
  const lake = { head: () => Promise.reject(new Error("R2 is away")) };
  const { status, body } = await askHealth({ LAKE: lake });
  expect(status).toBe(200);
  expect(body).toMatchObject({ components: { lake: { ready: false, error: "The lake does not answer" } } });
});

it("remembers its findings for two seconds at most, so that many probes cost little", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  let heads = 0;
  const sameEnv = { ...env, LAKE: { head: async () => void (heads += 1) } };
  const probe = () => app.fetch(new Request("http://localhost/health"), sameEnv, createExecutionContext());
  for (let count = 0; count < 20; count += 1) await probe();
  expect(heads).toBe(1);
  vi.advanceTimersByTime(2000);
  await probe();
  expect(heads).toBe(2);
});

it("refuses sign-in with 503 while there is no signing key, and still answers its health", async () => {
  const weak = { ...env, JWT_SECRET_KEY: "" };
  const headers = { Authorization: "Bearer anything" };
  const request = new Request("http://localhost/users/me", { headers });
  const response = await app.fetch(request, weak, createExecutionContext());
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: "UNAVAILABLE" });
  expect((await askHealth({ JWT_SECRET_KEY: "" })).body).toMatchObject({ status: "not_ready" });
});
