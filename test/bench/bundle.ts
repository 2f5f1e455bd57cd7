import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runWrangler } from "../../src/cli/wrangler.ts";

export const MAIN_MODULE = "index.js";

export interface BundleModule {
  /** Below the bundle's folder. */
  path: string;
  contents: string;
}

export interface Bundle {
  folder: string;
  modules: BundleModule[];
  /** Length of the main module. */
  main_bytes: number;
}

/** Builds what a deployment uploads, minified. */
export async function buildBundle(folder: string): Promise<Bundle> {
  await runWrangler(["deploy", "--dry-run", "--minify", "--outdir", folder]);
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js"));
  const others = paths.filter((path) => path !== MAIN_MODULE);
  const modules = [MAIN_MODULE, ...others].map((path) => ({
    path,
    contents: readFileSync(join(folder, path), "utf8"),
  }));
  return { folder, modules, main_bytes: statSync(join(folder, MAIN_MODULE)).size };
}
