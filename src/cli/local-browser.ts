import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The environment under which wrangler drives a browser of this machine: it looks for one of a certain version in its
 * cache, where a script is put that starts the one there is. Empty where there is none, so that wrangler loads its own.
 */
export function useLocalBrowser(state: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const program = findProgram(environment);
  const version = readVersion();
  if (!program || !version || process.platform !== "linux" || process.arch !== "x64") return {};
  const cache = join(state, "cache");
  const script = join(cache, `.wrangler/chrome/linux-${version}/chrome-linux64/chrome`);
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, `#!/bin/sh\nexec '${program}' --disable-quic --disable-component-update "$@"\n`, {
    mode: 0o700,
  });
  return { XDG_CACHE_HOME: cache };
}

function findProgram({ PATH = "" }: NodeJS.ProcessEnv): string | undefined {
  return PATH.split(delimiter)
    .flatMap((folder) => PROGRAMS.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The version of Chrome that wrangler looks for is written in miniflare and nowhere else. */
function readVersion(): string | undefined {
  const source = readFileSync(createRequire(import.meta.url).resolve("miniflare"), "utf8");
  return /BROWSER_VERSION = "([\d.]+)"/.exec(source)?.[1];
}
