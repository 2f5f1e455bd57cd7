import type { ChildProcess } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { isHalfRestored } from "./backup/restore-mark.ts";
import { ensureCertificate } from "./certificate.ts";
import { root, stopChild } from "./child.ts";
import { startDemoExchanges } from "./demo-exchanges.ts";
import { appendVars, writeRunVars } from "./dev-vars.ts";
import { Failure, runCommand } from "./failure.ts";
import { migrateLocally } from "./local-migrations.ts";
import { useLocalBrowser } from "./local-browser.ts";
import { startServer } from "./local-server.ts";
import { whenNpmEnds } from "./npm-process.ts";
import { waitForPort } from "./ports.ts";
import { composeRunVars } from "./run-vars.ts";
import { readStartOptions, startHelp, type StartOptions } from "./start-options.ts";
import { claimState } from "./state-lock.ts";
import { startTicking } from "./ticker.ts";

/** A server killed a moment ago still needs this long to let go of its port. */
const PORT_PATIENCE_SECONDS = 6;

const FIRST_DOWNLOAD =
  '{"exchange":"binance","symbol":"BTCUSDT","market":"spot","start_date":"2024-01-01","end_date":"2024-01-31"}';

const children: ChildProcess[] = [];
let isStopping = false;

/** `npm start`: prepares what is missing, serves until it is told to stop, and ticks once a minute. */
await runCommand(async () => {
  const options = await readStartOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(startHelp);
    return;
  }
  stopWithUs();
  try {
    await serve(options);
  } catch (error) {
    await stopChildren();
    throw error;
  }
});

async function serve(options: StartOptions): Promise<void> {
  const { port, state, varsFile } = options;
  mkdirSync(state, { recursive: true });
  if (!(await waitForPort(port, PORT_PATIENCE_SECONDS))) {
    throw new Failure(
      `Port ${port} is taken by another program: stop it, or choose another port with PORT=9000 npm start.`,
    );
  }
  await claimState(state, port);
  // Where wrangler keeps traces of every query unless it is told not to.
  rmSync(join(state, "v3", "observability"), { recursive: true, force: true });
  if (isHalfRestored(state)) {
    throw new Failure(`A restore into ${state} was broken off: finish it with npm run restore -- DIR --resume.`);
  }

  const certificate = options.https ? await ensureCertificate(join(root, ".certs")) : undefined;
  const origin = `${certificate ? "https" : "http"}://localhost:${port}`;
  const demo = options.demo ? await startDemoExchanges() : undefined;
  if (demo) children.push(demo.child);

  const fixed = {
    SERVER_STARTED_AT: String(Date.now()),
    BROWSER_RENDERING: String(options.browser),
    ...(demo && { EXCHANGE_URLS: demo.urls }),
  };
  const { vars, added } = composeRunVars(varsFile, { fallbacks: { PUBLIC_URL: origin }, fixed }, process.env);
  appendVars(varsFile, added);
  const runVars = join(state, "run.vars");
  writeRunVars(runVars, vars);
  const migrated = await migrateLocally(state);

  const browser = options.browser ? useLocalBrowser(state, process.env) : {};
  const server = await startServer({ port, state, runVars, certificate, environment: browser });
  children.push(server);
  server.once("exit", (code, signal) => {
    if (!isStopping) console.error(`The server ended by itself (${signal ?? code}).`);
    void stop(code ?? 1);
  });
  startTicking(origin, certificate?.certificate);
  report({ options, origin, vars, added, migrated });
}

interface Report {
  options: StartOptions;
  origin: string;
  vars: Record<string, string>;
  added: Record<string, string>;
  migrated: boolean;
}

function report({ options, origin, vars, added, migrated }: Report): void {
  const file = shorten(options.varsFile);
  const did = [
    ...(Object.keys(added).length > 0 ? [`wrote ${Object.keys(added).length} settings to ${file}`] : []),
    migrated ? "brought both databases to the newest schema" : "found both databases up to date",
  ];
  const isNewPassword = added.ADMIN_PASSWORD !== undefined && process.env.ADMIN_PASSWORD === undefined;
  const password = isNewPassword ? `${vars.ADMIN_PASSWORD} (shown this once; kept in ${file})` : "as set before";
  const exchanges = options.demo
    ? "made-up candles from a server on this machine"
    : "the real ones; npm start -- --demo needs no network";
  const curl = options.https ? "curl --cacert .certs/localhost.pem" : "curl";
  console.log(`Catchment ${did.join(" and ")}; data are in ${shorten(options.state)}.
Dashboard and API ${origin} - docs ${origin}/docs - health ${origin}/health
Admin ${vars.ADMIN_EMAIL}, password ${password}
Exchanges: ${exchanges}. Ctrl+C stops.
Try: ${curl} -X POST ${origin}/api/v1/ingest/download -H 'Content-Type: application/json' -d '${FIRST_DOWNLOAD}'`);
}

/** A path as one would type it here: relative inside the current folder, whole elsewhere. */
function shorten(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}

function stopWithUs(): void {
  process.on("SIGINT", () => void stop(0));
  process.on("SIGTERM", () => void stop(0));
  whenNpmEnds(() => void stop(1));
}

async function stop(code: number): Promise<void> {
  isStopping = true;
  await stopChildren();
  process.exit(code);
}

async function stopChildren(): Promise<void> {
  await Promise.all(children.map(stopChild));
}
