import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startMoto } from "../aws/moto.ts";
import { startCuttableLine } from "./processes.ts";
import type { FilesystemRuntime } from "./runtime.ts";
import type { SampleTree } from "./sample-tree.ts";
import type { StartedServer } from "./servers.ts";

const SCRIPT = join(import.meta.dirname, "bucket.py");
const [KEY, SECRET] = ["AKIAIOSFODNN7EXAMPLE", "testing"];
const MISSING = 44;

/** A bucket of moto with the tree below a prefix. */
export async function startBucket(runtime: FilesystemRuntime, { folder, sha256 }: SampleTree): Promise<StartedServer> {
  const moto = await startMoto();
  const bucket = (args: readonly string[], input?: string) => {
    const options = { input, maxBuffer: 2 ** 28 };
    const { status, stdout, stderr } = spawnSync("python3", [SCRIPT, moto.url, KEY, SECRET, ...args], options);
    if (status !== 0 && status !== MISSING) throw new Error(`bucket.py failed:\n${String(stderr)}`);
    return status === 0 ? stdout : null;
  };
  bucket(["create"]);
  bucket(["upload", folder]);
  const line = await startCuttableLine(Number(new URL(moto.url).port));
  const settings = { type: "s3", bucket: "instruments", region: "us-east-1", access_key_id: KEY, prefix: "a prefix" };
  const open = (endpoint_url: string, more = {}) =>
    runtime.open({ ...settings, secret_access_key: SECRET, endpoint_url, ...more });
  return {
    filesystem: open(moto.url),
    // Moto checks permissions of nobody; a bucket that is not there stands for a refusal.
    refused: open(moto.url, { bucket: "nobody-s-bucket" }),
    overLine: async (bytes) => {
      line.cutAfter(bytes);
      return open(`http://127.0.0.1:${line.port}`);
    },
    sha256,
    put: async (path, content) => void bucket(["put", path], content),
    append: null,
    read: (path) => bucket(["get", path]),
    output: () => "",
    stop: async () => {
      await line.stop();
      await moto.stop();
    },
  };
}
