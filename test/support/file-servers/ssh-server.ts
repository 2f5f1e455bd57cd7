import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../../src/cli/ports.ts";
import { startFileServer } from "./processes.ts";
import type { FilesystemRuntime } from "./runtime.ts";
import type { SampleTree } from "./sample-tree.ts";
import { describeServer, type ListeningServer, type StartedServer } from "./servers.ts";

export interface SshServer extends StartedServer {
  /** Settings that open the tree with the right key. */
  settings: Record<string, unknown>;
}

/** OpenSSH over the tree, for whoever runs the tests and has a key that is made for them. */
export async function startSsh(runtime: FilesystemRuntime, tree: SampleTree): Promise<SshServer> {
  const server = await serveSsh(tree.folder);
  return { ...(await describeServer(runtime, tree, server)), settings: server.settings(server.port) };
}

/** The same of any folder; with another password, it is opened with the key of a stranger. */
export async function serveSsh(served: string): Promise<ListeningServer> {
  const folder = mkdtempSync(join(tmpdir(), "catchment-ssh-"));
  const makeKey = (name: string) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, name)]);
    return readFileSync(join(folder, name), "utf8");
  };
  const keys = { host: makeKey("host"), user: makeKey("user"), stranger: makeKey("stranger") };
  const host_key = readFileSync(join(folder, "host.pub"), "utf8").trim();
  writeFileSync(join(folder, "authorized"), readFileSync(join(folder, "user.pub")));
  chmodSync(join(folder, "authorized"), 0o600);
  // It refuses to start without.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const port = await findFreePort();
  const config = {
    ...{ Port: port, ListenAddress: "127.0.0.1", HostKey: join(folder, "host"), PidFile: "none" },
    ...{ AuthorizedKeysFile: join(folder, "authorized"), PasswordAuthentication: "no", StrictModes: "no" },
    ...{ UsePAM: "no", PermitRootLogin: "prohibit-password", Subsystem: "sftp internal-sftp" },
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(join(folder, "sshd_config"), lines.join(""));
  const server = await startFileServer("/usr/sbin/sshd", ["-D", "-e", "-f", join(folder, "sshd_config")], port);
  const common = { type: "sftp", host: "127.0.0.1", username: userInfo().username, host_key, path: served };
  return {
    port,
    output: server.output,
    settings: (at, password) => ({
      ...{ ...common, port: at, private_key: password === undefined ? keys.user : keys.stranger },
    }),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
