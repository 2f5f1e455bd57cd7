import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { paths } from "./paths.ts";
import { writeIfChanged } from "./write-file.ts";

const CHUNK = /^chunk-.+\.js$/;

const outdir = join(paths.assets, "assets/dashboard");

/** How the dashboard is bundled: its first load, a chunk for each view, and one stylesheet. */
export const dashboardBuild = {
  absWorkingDir: paths.root,
  entryPoints: { app: "src/dashboard/app/main.tsx", "app-style": "src/dashboard/app/app.css" },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2024",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  chunkNames: "chunk-[hash]",
  legalComments: "eof",
  logLevel: "error",
} satisfies BuildOptions;

/** Builds the dashboard; removes what earlier builds left. */
export async function buildDashboard(): Promise<void> {
  const { outputFiles } = await build({ ...dashboardBuild, write: false });
  for (const { path, text } of outputFiles) {
    await writeIfChanged(path.replace("app-style.css", "app.css"), text);
  }
  const built = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const file of await readdir(outdir)) {
    if (CHUNK.test(file) && !built.has(file)) await rm(join(outdir, file));
  }
}
