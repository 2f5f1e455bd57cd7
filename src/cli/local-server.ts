import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hasEnded, startChild, stopChild } from "./child.ts";
import type { CertificatePair } from "./certificate.ts";
import { Failure } from "./failure.ts";
import { wranglerEnv, wranglerProgram } from "./wrangler.ts";

const READY_SECONDS = 120;
/** Wrangler's own line per request: the Worker logs a better one. */
const NOISE = /^\[wrangler:info\]|^\s*$/;

export interface ServerOptions {
  port: number;
  state: string;
  /** File of the vars of this run. */
  runVars: string;
  certificate: CertificatePair | undefined;
  /** What wrangler's environment has beside its own. */
  environment?: NodeJS.ProcessEnv;
}

/** Starts `wrangler dev` and returns it when it serves; throws a `Failure` with its output when it does not. */
export async function startServer(options: ServerOptions): Promise<ChildProcess> {
  const child = startChild([wranglerProgram, ...devArguments(options)], {
    ...wranglerEnv,
    ...options.environment,
    WRANGLER_REGISTRY_PATH: join(options.state, "registry"),
  });
  const seen: string[] = [];
  let ready = false;
  const settled = Promise.withResolvers<void>();
  const read = (line: string, print: (line: string) => void) => {
    if (ready) {
      if (!NOISE.test(line)) print(line);
      return;
    }
    seen.push(line);
    if (line.includes("Ready on")) settled.resolve();
    // After a build error wrangler keeps the port open and answers nothing.
    if (line.includes("[ERROR]")) setTimeout(() => settled.reject(new Error("an error")), 500);
  };
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => read(line, console.log));
  if (child.stderr) createInterface({ input: child.stderr }).on("line", (line) => read(line, console.error));
  child.once("exit", () => settled.reject(new Error("its end")));
  const timeout = setTimeout(() => settled.reject(new Error("a timeout")), READY_SECONDS * 1000);
  try {
    await settled.promise;
  } catch (error) {
    if (!hasEnded(child)) await stopChild(child);
    throw new Failure(`The server did not start. What wrangler said:\n${seen.join("\n")}`, { cause: error });
  } finally {
    clearTimeout(timeout);
  }
  ready = true;
  return child;
}

function devArguments({ port, state, runVars, certificate }: ServerOptions): string[] {
  const args = ["dev", "--port", String(port), "--persist-to", state, "--env-file", runVars];
  args.push("--show-interactive-dev-session=false");
  if (!certificate) return args;
  return [
    ...args,
    "--local-protocol",
    "https",
    "--https-key-path",
    certificate.key,
    "--https-cert-path",
    certificate.certificate,
  ];
}
