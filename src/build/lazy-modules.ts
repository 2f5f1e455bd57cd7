import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { LazyModules } from "../lazy-modules.ts";
import { paths } from "./paths.ts";
import { writeIfChanged } from "./write-file.ts";

/** Where each module that is loaded on first use begins. */
const ENTRIES: Record<keyof LazyModules, string> = {
  aws: "src/connectors/clouds/aws/wire.ts",
};

/** Builds the modules that are loaded on first use, over shared chunks, and removes what earlier builds left. */
export async function buildLazyModules(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: paths.root,
    entryPoints: ENTRIES,
    outdir: paths.lazyModules,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    minify: true,
    chunkNames: "chunk-[hash]",
    external: ["node:*", "cloudflare:*"],
    write: false,
    logLevel: "error",
  });
  for (const { path, text } of outputFiles) await writeIfChanged(path, text);
  const built = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const file of await readdir(paths.lazyModules)) {
    if (!built.has(file)) await rm(join(paths.lazyModules, file));
  }
}
