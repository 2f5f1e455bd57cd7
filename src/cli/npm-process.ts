import { isAlive, listProcesses } from "./processes.ts";

const LOOK_MS = 500;

/**
 * Calls back once when the npm that runs this script is gone: killed outright, it tells its children nothing. Does
 * nothing outside `npm start`, where the server is meant to outlive the shell that started it.
 */
export function whenNpmEnds(callback: () => void): void {
  const npm = process.env.npm_lifecycle_event === "start" && process.platform !== "win32" ? findNpm() : undefined;
  if (npm === undefined) return;
  const timer = setInterval(() => {
    if (isAlive(npm)) return;
    clearInterval(timer);
    callback();
  }, LOOK_MS);
  timer.unref();
}

/** npm is the parent, or the grandparent where a shell stands between. */
function findNpm(): number | undefined {
  const parent = listProcesses().find(({ pid }) => pid === process.ppid);
  if (!parent) return undefined;
  return /^(npm|node)/.test(parent.command) ? parent.pid : parent.parent;
}
