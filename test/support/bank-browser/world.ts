import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { buildLazyModules } from "../../../src/build/lazy-modules.ts";
import { withLock } from "../../../src/build/lock.ts";
import { paths } from "../../../src/build/paths.ts";
import { useLocalBrowser } from "../../../src/cli/local-browser.ts";
import type { VisitAnswer, VisitRequest } from "./worker.ts";

export interface BrowserWorld {
  visit(request: VisitRequest): Promise<VisitAnswer>;
  close(): Promise<void>;
}

/** Starts a Worker that visits banks with the machine's Chromium; `folder` keeps what belongs to it. */
export async function openBrowserWorld(folder: string): Promise<BrowserWorld> {
  // As under `npm start`: where the browser is, and that nobody but us uses this machine.
  Object.assign(process.env, useLocalBrowser(folder, process.env), { CI: "true" });
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
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "visits",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["nodejs_compat"],
          modulesRoot: "/",
          modules: [
            { type: "ESModule", path: "/worker.js", contents: outputFiles[0]?.text ?? "" },
            ...lazy.map((name) => ({
              type: "ESModule" as const,
              path: `/lazy/${name}`,
              contents: readFileSync(join(paths.lazyModules, name), "utf8"),
            })),
          ],
          browserRendering: { binding: "BROWSER" },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const url = await miniflare.unsafeGetDirectURL("visits");
  return {
    async visit(request) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(request) });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as VisitAnswer;
    },
    close: () => miniflare.dispose(),
  };
}
