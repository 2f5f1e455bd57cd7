import { readdir, rm } from "node:fs/promises";
import { builtinModules } from "node:module";
import { basename, join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { LazyModules } from "../lazy-modules.ts";
import { paths } from "./paths.ts";
import { writeIfChanged } from "./write-file.ts";

/** Where each module that is loaded on first use begins. */
const ENTRIES: Record<keyof LazyModules, string> = {
  aws: "src/connectors/clouds/aws/wire.ts",
  "bank-page": "src/connectors/banks/http-page.ts",
  browser: "src/connectors/banks/browser-page.ts",
  dbt: "src/formats/dbt/engine.ts",
  mysql: "src/connectors/sources/mysql/source.ts",
  pickle: "src/formats/pickle/read-pickle.ts",
  postgres: "src/connectors/sources/postgres/source.ts",
  sftp: "src/connectors/filesystems/sftp/client.ts",
  smb: "src/connectors/filesystems/smb/client.ts",
  regex: "src/formats/linear-regex.ts",
  reports: "src/formats/reports/read-report.ts",
};

/** Packages that `require` modules of Node get them imported: a module of the Worker has no `require`. */
const nodeModules: Plugin = {
  name: "node-modules",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join("|")})$`);
    onResolve({ filter }, ({ path, kind }) =>
      kind === "require-call"
        ? { path: path.replace(/^node:/, ""), namespace: "node-modules" }
        : { path: `node:${path.replace(/^node:/, "")}`, external: true },
    );
    onLoad({ filter: /.*/, namespace: "node-modules" }, ({ path }) => ({
      contents: `import module_ from "node:${path}"; module.exports = module_;`,
    }));
  },
};

/** The runtime compiles no WASM from bytes; the one cipher that ssh2 has it for is not offered to servers. */
const withoutPoly1305: Plugin = {
  name: "without-poly1305",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]ssh2[/\\].*[/\\]poly1305\.js$/ }, () => ({
      contents: "module.exports = async () => ({ _malloc: () => 0, cwrap: () => () => undefined });",
    }));
  },
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
    // The last two are native code that ssh2 does without.
    external: ["node:*", "cloudflare:*", "cpu-features", "*.node"],
    define: { __dirname: '"/"', __filename: '"/module.js"' },
    loader: { ".sql": "text" },
    plugins: [nodeModules, withoutPoly1305],
    write: false,
    logLevel: "error",
  });
  for (const { path, text } of outputFiles) await writeIfChanged(path, text);
  const built = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const file of await readdir(paths.lazyModules)) {
    if (!built.has(file)) await rm(join(paths.lazyModules, file));
  }
}
