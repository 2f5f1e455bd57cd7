import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CommandError, exitCodes } from "./command-error.ts";

const loginSchema = z.object({ url: z.string(), email: z.string(), token: z.string() });

export type StoredLogin = z.infer<typeof loginSchema>;

/** Where a login is kept, after the XDG Base Directory Specification. */
function loginPath({ XDG_CONFIG_HOME }: NodeJS.ProcessEnv): string {
  return join(XDG_CONFIG_HOME || join(homedir(), ".config"), "catchment", "config.json");
}

/** The stored login; undefined without one. Throws when the file cannot be read as one. */
export function readLogin(environment: NodeJS.ProcessEnv): StoredLogin | undefined {
  const path = loginPath(environment);
  try {
    return loginSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CommandError(exitCodes.failed, `${path} cannot be read: remove it and run catchment login.`, {
      cause: error,
    });
  }
}

/** Keeps a login so that only its owner may read it; one that is there is replaced in one step. */
export function storeLogin(environment: NodeJS.ProcessEnv, login: StoredLogin): string {
  const path = loginPath(environment);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.new`;
  writeFileSync(temporary, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
  return path;
}

/** Forgets the login; nothing happens without one. */
export function forgetLogin(environment: NodeJS.ProcessEnv): void {
  rmSync(loginPath(environment), { force: true });
}
