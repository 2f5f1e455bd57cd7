import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { domainNames } from "../../src/config.ts";
import { createContext } from "../../src/context.ts";
import { issueApiToken, issueUserToken } from "../../src/platform/auth/access-tokens.ts";
import type { Grants, Role } from "../../src/platform/auth/tables.ts";
import { insertUser } from "../../src/platform/auth/user.store.ts";
import type { Access } from "../../src/platform/http/router.ts";

interface Operation {
  method: string;
  path: string;
  access: Access;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const CALLERS = ["nobody", "user", "reader", "writer", "token", "reading token", "foreign token", "admin"] as const;
type Caller = (typeof CALLERS)[number];
type Verdict = "allowed" | 401 | 403;

/** The domains that share their data; the two others belong to persons and projects. */
const SHARED = ["market-data", "inventory", "warehouse"] as const;

/** What the architecture lets everybody do: health, documentation, the doors to sign in by. */
const PUBLIC_PATHS = [
  /^\/$/,
  /^(\/api\/v1)?\/health$/,
  /^(\/api)?\/(docs|redoc)(\/.*)?$/,
  /^\/openapi\.json$/,
  /^\/assets\//,
  /^\/user\/(register|login|refresh|password-reset)$/,
  /^\/auth\/(register|jwt\/login|cookie\/login|forgot-password|reset-password|request-verify-token|verify)$/,
  /^\/admin\/cleanup-metrics$/,
];

/** Public to the guard, since a ticket in the URL counts too; the verb behind asks for a caller. */
const SOCKET_PATHS = ["/ws", "/ws/jobs/{job_id}"];

/** The same for the key of a phone that forwards codes: without one it takes a person's token. */
const FORWARDER_PATH = "/netbank/otp";

/** Jobs that a caller starts are not to run: what is let in is all that counts here. */
const deadQueue = { send: async () => {}, sendBatch: async () => {} };

const app = createApp();
const operations = listOperations();

function listOperations(): Operation[] {
  const { paths = {} } = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const described: unknown = Reflect.get(item, method);
      if (typeof described !== "object" || described === null) return [];
      const access = guardedInside(path) ?? (Reflect.get(described, "x-access") as Access);
      return [{ method: method.toUpperCase(), path, access }];
    }),
  );
}

function guardedInside(path: string): Access | null {
  if (SOCKET_PATHS.includes(path)) return "caller";
  return path === FORWARDER_PATH ? "account" : null;
}

/** The table of the architecture, by the rule that a route declares. */
function judge(access: Access, caller: Caller, open: boolean): Verdict {
  const refused = caller === "nobody" ? 401 : 403;
  const isPerson = ["user", "reader", "writer", "admin"].includes(caller);
  if (access === "public") return "allowed";
  if (access === "account" || access === "member") return isPerson ? "allowed" : refused;
  if (access === "admin") return caller === "admin" ? "allowed" : refused;
  if (access === "metrics") return caller === "admin" || caller === "token" ? "allowed" : refused;
  if (access === "caller") return caller !== "nobody" || open ? "allowed" : refused;
  if (access.domain === "banking") return refused;
  const isShared = access.domain !== "instruments";
  if (isShared && open) return "allowed";
  if (caller === "admin" || caller === "writer") return "allowed";
  if (caller === "token") return isShared ? "allowed" : refused;
  if (access.action === "write") return refused;
  if (caller === "reader") return "allowed";
  if (caller === "reading token") return isShared ? "allowed" : refused;
  const readsUnasked = access.domain === "market-data" || access.domain === "warehouse";
  return caller === "user" && readsUnasked ? "allowed" : refused;
}

/** Asked by POST, since SQL is too long for a URL; they change nothing. */
const QUESTIONS = ["/api/query"];

let tokens: Map<Caller, string>;

/** Fresh callers for every round of an operation, since some operations end their caller's session. */
async function makeCallers(access: Access): Promise<Map<Caller, string>> {
  const ctx = createContext(env, createExecutionContext());
  const makeUser = async (role: Role, grants: Grants) => {
    const id = crypto.randomUUID();
    const now = ctx.now();
    const user = { id, email: `${id}@example.com`, password_hash: "none", role, grants };
    await insertUser(ctx.primary, { ...user, created_at: now, updated_at: now });
    return issueUserToken(ctx, { id, token_version: 1 });
  };
  const makeToken = (scope: string[]) =>
    issueApiToken(ctx, { id: crypto.randomUUID(), scope, expires_at: ctx.now() + 60_000 });
  const grantAll = (action: "read" | "write"): Grants =>
    Object.fromEntries(domainNames.options.map((domain) => [domain, action]));
  const elsewhere = typeof access === "object" ? SHARED.filter((domain) => domain !== access.domain) : [...SHARED];
  return new Map<Caller, string>([
    ["user", await makeUser("user", {})],
    ["reader", await makeUser("user", grantAll("read"))],
    ["writer", await makeUser("user", grantAll("write"))],
    ["admin", await makeUser("admin", {})],
    ["token", await makeToken([...SHARED, "metrics"])],
    ["reading token", await makeToken(SHARED.map((domain) => `${domain}:read`))],
    ["foreign token", await makeToken([...elsewhere, "banking", "instruments"])],
  ]);
}

/** Calls without parameters or body: whoever is let in gets 404 or 422 at worst, and nothing is started. */
async function call({ method, path }: Operation, caller: Caller, open: boolean): Promise<Verdict> {
  const token = tokens.get(caller);
  const headers = new Headers(SOCKET_PATHS.includes(path) ? { Accept: "text/event-stream" } : {});
  if (token) headers.set("Authorization", `Bearer ${token}`);
  const url = `http://localhost${path.replaceAll(/\{[^}]+\}/g, "nobody-9")}`;
  const settings = {
    ...env,
    ENVIRONMENT: "production",
    LOG_LEVEL: "ERROR",
    INGESTION: deadQueue,
    EXTRACTION: deadQueue,
    SYNC: deadQueue,
    ANONYMOUS_ACCESS: open ? domainNames.options.join(",") : "",
  };
  const execution = createExecutionContext();
  const response = await app.fetch(new Request(url, { method, headers }), settings, execution);
  await response.body?.cancel();
  await waitOnExecutionContext(execution);
  return response.status === 401 || response.status === 403 ? response.status : "allowed";
}

it("declares who may call it, for every operation", () => {
  expect(operations.length).toBeGreaterThan(20);
  expect(operations.filter(({ access }) => access === undefined)).toEqual([]);
});

it("is public for what the architecture names, and for nothing else", () => {
  const unexpected = operations.filter(
    ({ access, path }) => access === "public" && !PUBLIC_PATHS.some((pattern) => pattern.test(path)),
  );
  expect(unexpected).toEqual([]);
});

it("keeps the administration to admins and asks for write access to every change", () => {
  const administration = operations.filter(
    ({ path, access }) => path.startsWith("/admin/") && access !== "admin" && path !== "/admin/cleanup-metrics",
  );
  expect(administration).toEqual([]);
  const changes = operations.filter(
    ({ method, path, access }) =>
      method !== "GET" && !QUESTIONS.includes(path) && typeof access === "object" && access.action !== "write",
  );
  expect(changes).toEqual([]);
});

it.each(operations)("$method $path lets in whom the table lets in", async (operation) => {
  for (const open of [false, true]) {
    tokens = await makeCallers(operation.access);
    const verdicts = await Promise.all(CALLERS.map(async (caller) => [caller, await call(operation, caller, open)]));
    expect(Object.fromEntries(verdicts), open ? "open to anonymous callers" : "closed").toEqual(
      Object.fromEntries(CALLERS.map((caller) => [caller, judge(operation.access, caller, open)])),
    );
  }
});
