import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../../src/cli/ports.ts";
import type { BundleModule } from "./bundle.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS, secrets } from "./world.ts";

const READY_SECONDS = 20;

/** Path of the runtime's program, which comes along with miniflare. */
const workerd = (createRequire(import.meta.resolve("miniflare"))("workerd") as { default: string }).default;

/** What a bare workerd serves: modules of a folder, the first of them the main one. */
export interface BareWorker {
  folder: string;
  modules: readonly Pick<BundleModule, "path">[];
  /** More of the Worker's configuration, in Cap'n Proto. */
  bindings: string;
  /** Asked for until it is answered with 200. */
  path: string;
}

/** Milliseconds from the start of a bare workerd to its first answer. */
export async function measureStartUp(worker: BareWorker): Promise<number> {
  const port = await findFreePort();
  const config = join(worker.folder, "config.capnp");
  writeFileSync(config, configOf(worker, port));
  // What is deployed is no text either: reading one of four megabytes would be most of the time.
  const encoded = execFileSync(workerd, ["compile", "--config-only", config], { maxBuffer: 64 * 1024 * 1024 });
  writeFileSync(`${config}.bin`, encoded);
  const started_at = performance.now();
  const child = spawn(workerd, ["serve", "--binary", `${config}.bin`], { stdio: "ignore" });
  try {
    await firstAnswer(`http://127.0.0.1:${port}${worker.path}`, child);
    return performance.now() - started_at;
  } finally {
    const ended = once(child, "exit");
    if (child.exitCode === null && child.kill("SIGKILL")) await ended;
  }
}

/** The Worker's bindings with nothing behind them that `/api/v1/health` would ask. */
export const bareBindings = (() => {
  const internal = (name: string, module: string) =>
    `(name = "${name}", wrapped = (moduleName = "${module}", innerBindings = [(name = "fetcher", service = "nothing")]))`;
  const classes = {
    EVENT_FEED: "EventFeed",
    RATE_LIMITER: "RateLimiter",
    SOCKET_COUNTER: "SocketCounter",
    METRICS: "MetricsCollector",
  };
  const bindings = [
    internal("DB", "cloudflare-internal:d1-api"),
    internal("WAREHOUSE", "cloudflare-internal:d1-api"),
    `(name = "LAKE", r2Bucket = "nothing")`,
    `(name = "ASSETS", service = "nothing")`,
    ...["INGESTION", "EXTRACTION", "SYNC"].map((name) => `(name = "${name}", queue = "nothing")`),
    ...Object.entries(classes).map(([name, type]) => `(name = "${name}", durableObjectNamespace = "${type}")`),
    ...Object.entries({ ...secrets, ANONYMOUS_ACCESS: "market-data" }).map(
      ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
    ),
  ];
  const namespaces = Object.values(classes).map(
    (name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`,
  );
  return `bindings = [${bindings.join(", ")}], durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (inMemory = void),`;
})();

function configOf({ modules, bindings }: BareWorker, port: number): string {
  const embedded = modules.map(({ path }) => `(name = "${path}", esModule = embed "${path}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "nothing", worker = .nothing)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}", compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
  ${bindings}
);
const nothing :Workerd.Worker = (
  serviceWorkerScript = "addEventListener('fetch', (event) => event.respondWith(new Response(null, { status: 503 })))",
  compatibilityDate = "${COMPATIBILITY_DATE}",
);
`;
}

async function firstAnswer(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  let status = 0;
  while (status !== 200) {
    if (child.exitCode !== null) throw new Error(`workerd ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`workerd did not answer within ${READY_SECONDS} seconds: ${status}`);
    status = await ask(url);
    if (status === 0) await delay(2);
  }
}

/** The status of a GET; 0 while nobody listens. */
function ask(url: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const request = get(url, { agent: false }, (response) => {
    response.resume().on("end", () => resolve(response.statusCode ?? 0));
  });
  request.on("error", () => resolve(0));
  return promise;
}
