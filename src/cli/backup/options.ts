import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../child.ts";
import { Failure } from "../failure.ts";

export interface TargetOptions {
  /** Whether the deployment on Cloudflare is meant instead of a folder on this machine. */
  remote: boolean;
  /** Folder of the local data. */
  state: string;
}

const flag = { type: "boolean", default: false } as const;
const shared = { remote: flag, state: { type: "string" }, help: { ...flag, short: "h" } } as const;

/** Reads `[--remote | --state FOLDER]`; undefined when help was asked for. Throws a `Failure` that ends with the help. */
export function readDestroyOptions(args: string[], help: string): (TargetOptions & { yes: boolean }) | undefined {
  const { values } = guarded(() => parseArgs({ args, options: { ...shared, yes: flag } }), help);
  return values.help ? undefined : { ...targetOf(values, help), yes: values.yes };
}

/** Reads `DIR [--remote | --state FOLDER]`; undefined when help was asked for. Throws a `Failure` that ends with the help. */
export function readBackupOptions(args: string[], help: string): (TargetOptions & { folder: string }) | undefined {
  const { values, positionals } = guarded(() => parseArgs({ args, options: shared, allowPositionals: true }), help);
  return values.help ? undefined : { ...targetOf(values, help), folder: folderOf(positionals, help) };
}

/** As `readBackupOptions`, with `--resume`. */
export function readRestoreOptions(
  args: string[],
  help: string,
): (TargetOptions & { folder: string; resume: boolean }) | undefined {
  const options = { ...shared, resume: flag };
  const { values, positionals } = guarded(() => parseArgs({ args, options, allowPositionals: true }), help);
  if (values.help) return undefined;
  return { ...targetOf(values, help), folder: folderOf(positionals, help), resume: values.resume };
}

function targetOf({ remote, state }: { remote: boolean; state?: string }, help: string): TargetOptions {
  if (remote && state !== undefined) {
    throw new Failure(`--remote means the deployment and --state a folder: give one of them.\n\n${help}`);
  }
  return { remote, state: state === undefined ? join(root, ".wrangler/state") : resolve(state) };
}

function folderOf(positionals: string[], help: string): string {
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) throw new Failure(`Name one folder.\n\n${help}`);
  return resolve(folder);
}

function guarded<T>(read: () => T, help: string): T {
  try {
    return read();
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${help}`, { cause: error });
  }
}
