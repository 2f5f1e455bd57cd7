import { join } from "node:path";
import { stopChild } from "../../../src/cli/child.ts";
import { startDemoExchanges } from "../../../src/cli/demo-exchanges.ts";
import { readVars } from "../../../src/cli/dev-vars.ts";
import exchangeList from "../../../src/connectors/exchanges/exchange-list.json" with { type: "json" };
import { type CatchmentProcess, createStateFolder, startCatchment } from "../catchment-process.ts";
import { type Call, createCall } from "./call.ts";
import { createMarkers, type Markers, randomText } from "./markers.ts";
import { asRecord } from "./operations.ts";
import { type Garden, type Person, plantPerson, plantShared } from "./plant.ts";
import { createPool, type Pool } from "./pool.ts";
import type { ActorName } from "./fuzz-request.ts";
import { CLOSED_URL } from "./known.ts";

export interface FuzzWorld {
  server: CatchmentProcess;
  pool: Pool;
  markers: Markers;
  /** Whether a text names an actor or something planted, which must outlive the run. */
  isProtected(text: string): boolean;
  /** Null for nobody. */
  tokenOf(actor: ActorName): string | null;
  /** A token of somebody who may leave. */
  leaver(): Promise<string>;
  /** What was planted, as its owners see it now. */
  readPlanted(): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts a server as `npm start` does and plants in every domain what others must not see. */
export async function createFuzzWorld(): Promise<FuzzWorld> {
  const state = createStateFolder();
  const exchanges = await startDemoExchanges();
  const server = await startCatchment(state.folder, { env: environmentOf(exchanges.urls) });
  const call = createCall(server.origin);
  const { ADMIN_EMAIL, ADMIN_PASSWORD = "", JWT_SECRET_KEY, VAULT_KEYS } = readVars(join(state.folder, ".dev.vars"));
  const login = await call(null, "POST", "/user/login", { email: ADMIN_EMAIL, password: ADMIN_PASSWORD });

  const [pool, markers, kept] = [createPool(), createMarkers(), new Set<string>()];
  const keep = (value: unknown) => {
    kept.add(String(value));
    return String(value);
  };
  markers.secret("the signing key", JWT_SECRET_KEY);
  markers.secret("the vault's key", VAULT_KEYS?.split(":")[1]);
  markers.secret("the admin's password", ADMIN_PASSWORD);
  const admin = markers.secret("the admin's token", String(login["access_token"]));
  keep((await call(admin, "GET", "/users/me"))["id"]);
  const scope = ["market-data", "inventory", "warehouse"];
  const made = await call(admin, "POST", "/admin/tokens", { name: "fuzz", scope });
  keep(made["id"]);

  const garden: Garden = { origin: server.origin, call, admin, pool, markers, keep };
  const alice = await plantPerson(garden, "alice");
  const bob = await plantPerson(garden, "bob");
  await plantShared(garden);
  const tokens: Record<ActorName, string | null> = {
    ...{ alice: alice.token, bob: bob.token, admin, token: String(made["token"]), nobody: null },
    // Signed by nobody.
    stale: `${admin.slice(0, -8)}AAAAAAAA`,
  };
  return {
    ...{ server, pool, markers },
    isProtected: (text) => kept.has(text),
    tokenOf: (actor) => tokens[actor],
    leaver: createLeavers(server.origin, call),
    readPlanted: () => readPlanted(call, [alice, bob]),
    async stop() {
      await server.stop();
      await stopChild(exchanges.child);
      state.remove();
    },
  };
}

/** No limit that all requests of this machine would share; limits of one user that are met; every upstream is here. */
function environmentOf(demoUrls: string): Record<string, string> {
  const closed = Object.fromEntries(exchangeList.map(({ id }) => [id, CLOSED_URL]));
  return {
    LOGIN_RATE_LIMIT: "0",
    INVENTORY_RATE_LIMIT: "0",
    WEBHOOK_RATE_LIMIT: "0",
    JWT_EXPIRE_SECONDS: "86400",
    USER_JOB_LIMIT: "10",
    JOB_LIMIT: "40",
    USER_SOURCE_LIMIT: "20",
    USER_SOCKET_LIMIT: "5",
    USER_QUOTA_BYTES: "5000000",
    DBT_LOCK_WAIT_SECONDS: "1",
    LOG_LEVEL: "ERROR",
    ALLOW_PRIVATE_HOSTS: "127.0.0.1",
    AWS_ENDPOINT_URL: CLOSED_URL,
    AZURE_ENDPOINT_URL: CLOSED_URL,
    AZURE_AUTHORITY_URL: CLOSED_URL,
    GCP_ENDPOINT_URL: CLOSED_URL,
    DATACITE_URL: CLOSED_URL,
    BANK_URLS: JSON.stringify({ "demo-bank": CLOSED_URL, "erste-netbroker": CLOSED_URL }),
    EXCHANGE_URLS: JSON.stringify({ ...closed, ...asRecord(JSON.parse(demoUrls)) }),
  };
}

/** Somebody signed in, and somebody else as soon as that one has left. */
function createLeavers(origin: string, call: Call): () => Promise<string> {
  let token: string | null = null;
  return async () => {
    const headers = { Authorization: `Bearer ${token}` };
    if (token !== null && (await fetch(`${origin}/users/me`, { headers })).ok) return token;
    const account = { email: `${randomText()}@example.com`, password: randomText() };
    token = String((await call(null, "POST", "/user/register", account))["access_token"]);
    return token;
  };
}

async function readPlanted(call: Call, people: Person[]): Promise<Record<string, unknown>> {
  const reads = people.flatMap(({ name, token, paths }) =>
    paths.map((path) => ({ name: `${name} ${path}`, token, path })),
  );
  const found = reads.map(async ({ name, token, path }) => {
    // A webhook counts in vain: where it leads, nobody listens.
    const { failures: _failures, failing_since: _since, ...body } = await call(token, "GET", path);
    return [name, body] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
