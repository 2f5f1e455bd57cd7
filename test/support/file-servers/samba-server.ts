import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../../src/cli/ports.ts";
import { startFileServer } from "./processes.ts";
import type { FilesystemRuntime } from "./runtime.ts";
import type { SampleTree } from "./sample-tree.ts";
import { describeServer, type ListeningServer, PASSWORD, type StartedServer } from "./servers.ts";

/** The newest dialect that the server speaks. */
export type SambaDialect = "SMB2_02" | "SMB2_10" | "SMB3_00" | "SMB3_02";

export interface SambaServer extends StartedServer {
  /** Settings that open the tree. */
  settings: Record<string, unknown>;
}

/** Samba over the tree: NTLMv2 only and every packet signed; `open` is a share for guests, `sealed` wants encryption. */
export async function startSamba(
  runtime: FilesystemRuntime,
  tree: SampleTree,
  dialect: SambaDialect,
): Promise<SambaServer> {
  const server = await serveSamba(tree.folder, { dialect, address: "127.0.0.1", port: await findFreePort() });
  return { ...(await describeServer(runtime, tree, server)), settings: server.settings(server.port) };
}

interface SambaOptions {
  dialect: SambaDialect;
  /** Of this machine. */
  address: string;
  port: number;
}

/** The same of any folder. */
export async function serveSamba(shared: string, { dialect, address, port }: SambaOptions): Promise<ListeningServer> {
  const folder = mkdtempSync(join(tmpdir(), "catchment-samba-"));
  const { username } = userInfo();
  const places = [
    "private dir",
    "lock directory",
    "state directory",
    "cache directory",
    "pid directory",
    "ncalrpc dir",
  ];
  for (const place of places) mkdirSync(join(folder, place), { mode: 0o755 });
  const server = {
    ...Object.fromEntries(places.map((place) => [place, join(folder, place)])),
    ...{ "smb ports": port, interfaces: `${address}/8`, "bind interfaces only": "yes", "disable netbios": "yes" },
    ...{ "server role": "standalone", "passdb backend": "tdbsam", "log level": 1, "load printers": "no" },
    ...{ "ntlm auth": "ntlmv2-only", "server signing": "mandatory", "server max protocol": dialect },
    ...{ "map to guest": "Bad User", "guest account": "nobody" },
  };
  const share = { path: shared, "read only": "no", "force user": username };
  const sections = {
    ...{ global: server, tree: share, open: { ...share, "guest ok": "yes" } },
    ...{ sealed: { ...share, "smb encrypt": "required" }, closed: { ...share, "valid users": "nobody" } },
  };
  const config = join(folder, "smb.conf");
  const text = Object.entries(sections).map(([section, values]) => {
    const lines = Object.entries(values).map(([name, value]) => `  ${name} = ${value}\n`);
    return `[${section}]\n${lines.join("")}`;
  });
  writeFileSync(config, text.join(""));
  const input = `${PASSWORD}\n${PASSWORD}\n`;
  execFileSync("smbpasswd", ["-c", config, "-L", "-s", "-a", username], { input, stdio: ["pipe", "ignore", "ignore"] });
  const args = ["--foreground", "--debug-stdout", "--configfile", config];
  const samba = await startFileServer("smbd", args, port, address);
  const common = { type: "smb", host: address, share: "tree", username };
  return {
    port,
    output: samba.output,
    settings: (at, password = PASSWORD) => ({ ...common, port: at, password }),
    stop: async () => {
      await samba.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
