import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { buildDashboard } from "./dashboard.ts";
import { paths } from "./paths.ts";
import { copyIfChanged, writeIfChanged } from "./write-file.ts";

const DASHBOARD_FILES = ["theme.css", "swagger.js", "favicon.svg"];
const RECORDINGS = ["aws.json", "azure.json", "gcp.json"];
const SWAGGER_FILES = ["swagger-ui.css", "swagger-ui-bundle.js"];

/** Redoc shows its maker's logo from a CDN; our pages ask no third party for anything. */
const REDOC_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";

/**
 * Puts everything that pages load beside the Worker, so that no page loads a script from elsewhere, and the recordings
 * of clouds, which would be a burden in the Worker itself.
 */
export async function buildStaticAssets(openapi: string): Promise<void> {
  const swagger = join(paths.packages, "swagger-ui-dist");
  await writeIfChanged(join(paths.assets, "openapi.json"), openapi);
  await writeIfChanged(target("redoc", "redoc.standalone.js"), await readRedoc());
  for (const file of SWAGGER_FILES) await copyIfChanged(join(swagger, file), target("swagger-ui-dist", file));
  for (const file of DASHBOARD_FILES) await copyIfChanged(join(paths.dashboard, file), target("dashboard", file));
  await copyIfChanged(join(paths.dashboard, "lineage/lineage.css"), target("dashboard", "lineage.css"));
  await writeIfChanged(target("dashboard", "lineage.js"), await bundleLineage());
  await buildDashboard();
  for (const file of RECORDINGS)
    await copyIfChanged(join(paths.recordings, file), join(paths.assets, "recordings", file));
}

const target = (folder: string, file: string) => join(paths.assets, "assets", folder, file);

async function readRedoc(): Promise<string> {
  const script = await readFile(join(paths.packages, "redoc/bundles/redoc.standalone.js"), "utf8");
  return script.replaceAll(REDOC_LOGO, "/assets/dashboard/favicon.svg");
}

/** The script of `/dbt-docs/` as one file with the library that places its graph. */
async function bundleLineage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(paths.dashboard, "lineage/main.ts")],
    bundle: true,
    format: "iife",
    target: "es2024",
    minify: true,
    legalComments: "eof",
    write: false,
    logLevel: "error",
  });
  return outputFiles.map(({ text }) => text).join("");
}
