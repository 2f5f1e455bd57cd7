import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/** Copies everything of a share into a folder by Samba's own client. */
export async function copyShare(
  { host, port, share, username, password }: Record<string, unknown>,
  folder: string,
): Promise<void> {
  const server = [`//${String(host)}/${String(share)}`, "-p", String(port), "-m", "SMB3"];
  const login = ["-U", `${String(username)}%${String(password)}`, "--option=unix charset=UTF-8"];
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const command = ["-c", "prompt OFF; recurse ON; mget *"];
  await run("smbclient", [...server, ...login, ...command], { cwd: folder, env, timeout: TIMEOUT_MS });
}
