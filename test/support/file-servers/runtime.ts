import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { buildLazyModules } from "../../../src/build/lazy-modules.ts";
import { withLock } from "../../../src/build/lock.ts";
import { paths } from "../../../src/build/paths.ts";
import { FilesystemFailure, type FilesystemFailureKind } from "../../../src/connectors/filesystems/failures.ts";
import type { FilePage, Filesystem, WrittenFile } from "../../../src/connectors/filesystems/filesystem.ts";
import { type Call, decodeFrames, type End } from "./frames.ts";

/** Where connectors run as they do in production. */
export interface FilesystemRuntime {
  /** A filesystem whose every call opens it anew inside workerd. */
  open(settings: Record<string, unknown>): Filesystem;
  stop(): Promise<void>;
}

type CallBody = Call extends infer Each ? (Each extends Call ? Omit<Each, "settings"> : never) : never;

/** Bundles the Worker of this folder and starts it; it trusts the certificates that `authority` signed. */
export async function startFilesystemRuntime(authority?: string): Promise<FilesystemRuntime> {
  await withLock(paths.lock, buildLazyModules);
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "worker.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["node:*", "cloudflare:*"],
    write: false,
    logLevel: "error",
  });
  const lazy = readdirSync(paths.lazyModules).filter((name) => name.endsWith(".js"));
  const modules = [
    { type: "ESModule" as const, path: "/worker.js", contents: outputFiles[0]?.text ?? "" },
    ...lazy.map((name) => ({
      type: "ESModule" as const,
      path: `/lazy/${name}`,
      contents: readFileSync(join(paths.lazyModules, name), "utf8"),
    })),
  ];
  // Read when the package is loaded.
  if (authority !== undefined) process.env["NODE_EXTRA_CA_CERTS"] = authority;
  const { convertV4MiniflareOptions, Miniflare } = await import("miniflare");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "filesystems",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["nodejs_compat"],
          modulesRoot: "/",
          modules,
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const url = await miniflare.unsafeGetDirectURL("filesystems");
  return {
    open: (settings) => openRemote(async (call, body) => ask(url, { settings, ...call }, body)),
    stop: async () => miniflare.dispose(),
  };
}

type Ask = (call: CallBody, body?: ReadableStream<Uint8Array>) => Promise<AsyncGenerator<Uint8Array, End>>;

async function ask(url: URL, call: Call, body?: ReadableStream<Uint8Array>) {
  // A connection that was kept is closed by workerd at any time, perhaps while it is used again.
  const headers = { "X-Call": encodeURIComponent(JSON.stringify(call)), Connection: "close" };
  const init = body ? { method: "POST", headers, body, duplex: "half" as const } : { headers };
  const response = await fetch(url, init);
  if (!response.body) throw new Error(`The Worker answered ${response.status}`);
  return decodeFrames(response.body);
}

function openRemote(send: Ask): Filesystem {
  const result = async (call: CallBody, body?: ReadableStream<Uint8Array>): Promise<unknown> => {
    const { done, value } = await (await send(call, body)).next();
    if (!done) throw new Error("The Worker answered with bytes");
    return resultOf(value);
  };
  // The Worker's answers are what the interface says.
  return {
    check: async () => void (await result({ operation: "check" })),
    list: async (cursor) => (await result({ operation: "list", cursor })) as FilePage,
    open: async (path, options = {}) => {
      const frames = await send({ operation: "open", path, options });
      const first = await frames.next();
      if (first.done) resultOf(first.value);
      return streamOf(first, frames);
    },
    write: async (path, content, size) =>
      (await result({ operation: "write", path, size: size ?? null }, content)) as WrittenFile,
    parts: {
      begin: async (path) => String(await result({ operation: "begin", path })),
      put: async (path, upload, { number, offset, content }) =>
        String(await result({ operation: "put", path, upload, number, offset }, new Blob([content]).stream())),
      complete: async (path, upload, tags) =>
        (await result({ operation: "complete", path, upload, tags })) as WrittenFile,
      abort: async (path, upload) => void (await result({ operation: "abort", path, upload })),
    },
    close: async () => undefined,
  };
}

function streamOf(first: IteratorResult<Uint8Array, End>, frames: AsyncGenerator<Uint8Array, End>) {
  let waiting: IteratorResult<Uint8Array, End> | null = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const frame = waiting ?? (await frames.next());
        waiting = null;
        if (!frame.done) return controller.enqueue(frame.value);
        resultOf(frame.value);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function resultOf(end: End): unknown {
  if ("result" in end) return end.result;
  const { kind, message } = end.error;
  if (isKind(kind)) throw new FilesystemFailure(kind, message);
  throw new Error(`${kind}: ${message}`);
}

const KINDS: readonly string[] = ["not-found", "refused", "unreachable", "changed", "unsupported"];
const isKind = (kind: string): kind is FilesystemFailureKind => KINDS.includes(kind);
