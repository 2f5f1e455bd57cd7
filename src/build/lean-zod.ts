import { build, type Plugin } from "esbuild";
import { paths } from "./paths.ts";
import { writeIfChanged } from "./write-file.ts";

/** Zod imports English by itself; the list of all languages is only for programs that choose one. */
const withoutLocales: Plugin = {
  name: "without-locales",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path }) => ({ path, namespace: "none" }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export {};" }));
  },
};

/** Builds zod without its translations, which bundlers keep although nothing asks for them. */
export async function buildLeanZod(): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "zod"; export { default } from "zod";', resolveDir: paths.root },
    outfile: paths.leanZod,
    bundle: true,
    format: "esm",
    target: "es2024",
    plugins: [withoutLocales],
    write: false,
    logLevel: "error",
  });
  for (const { path, text } of outputFiles) await writeIfChanged(path, text);
}
