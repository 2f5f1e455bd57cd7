import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findFreePort } from "../../../src/cli/ports.ts";
import type { ContractServer } from "../../connectors/filesystems/contract.ts";
import { startCuttableLine, startFileServer } from "./processes.ts";
import type { FilesystemRuntime } from "./runtime.ts";
import type { SampleTree } from "./sample-tree.ts";

export const USER = "reader";
export const PASSWORD = "s3cret: wörd";

export interface StartedServer extends ContractServer {
  /** What the server has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** A server over a folder. */
export interface ListeningServer {
  port: number;
  output(): string;
  /** Makes the server look again at what is in the folder. */
  forget?(): Promise<void>;
  /** What opens the tree over a port; with a wrong password instead. */
  settings(port: number, password?: string): Record<string, unknown>;
  stop(): Promise<void>;
}

/** What the contract needs of a server whose files are in the tree's folder. */
export async function describeServer(
  runtime: FilesystemRuntime,
  { folder, sha256 }: SampleTree,
  { port, output, forget, settings, stop }: ListeningServer,
): Promise<StartedServer> {
  const line = await startCuttableLine(port);
  return {
    filesystem: runtime.open(settings(port)),
    refused: runtime.open(settings(port, "wrong")),
    overLine: async (bytes) => {
      line.cutAfter(bytes);
      return runtime.open(settings(line.port));
    },
    sha256,
    output,
    put: async (path, content) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
      await forget?.();
    },
    append: async (path, content) => {
      appendFileSync(join(folder, path), content);
      await forget?.();
    },
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : null),
    stop: async () => {
      await line.stop();
      await stop();
    },
  };
}

/** rclone over the tree, by WebDAV or as pages. */
export const startRclone = async (kind: RcloneKind, runtime: FilesystemRuntime, tree: SampleTree) =>
  describeServer(runtime, tree, await serveRclone(kind, tree.folder));

type RcloneKind = "webdav" | "http";

export async function serveRclone(kind: RcloneKind, folder: string): Promise<ListeningServer> {
  const [port, control] = [await findFreePort(), await findFreePort()];
  const args = ["serve", kind, folder, "--addr", `127.0.0.1:${port}`, "--user", USER, "--pass", PASSWORD];
  const remote = ["--rc", "--rc-addr", `127.0.0.1:${control}`, "--rc-no-auth"];
  const server = await startFileServer("rclone", [...args, ...remote, "--copy-links"], port);
  return {
    port,
    settings: (at, password = PASSWORD) => ({
      ...{ type: kind, url: `http://127.0.0.1:${at}`, username: USER, password },
    }),
    output: server.output,
    forget: async () => {
      const response = await fetch(`http://127.0.0.1:${control}/vfs/forget`, { method: "POST" });
      if (!response.ok) throw new Error(`rclone answered ${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    },
    stop: server.stop,
  };
}
