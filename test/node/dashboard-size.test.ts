import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { beforeAll, expect, it } from "vitest";
import { dashboardBuild } from "../../src/build/dashboard.ts";
import { paths } from "../../src/build/paths.ts";

/** What a first load, and each view after it, may weigh at most; bytes as gzip sends them. */
const MOST_BYTES = 200_000;
const VIEWS = ["overview", "jobs", "market-data", "inventory", "warehouse", "banking", "instruments", "settings"];

let outputs: Metafile["outputs"];
let texts: Map<string, Uint8Array>;

beforeAll(async () => {
  const { metafile, outputFiles } = await build({ ...dashboardBuild, metafile: true, write: false });
  outputs = metafile.outputs;
  texts = new Map(outputFiles.map(({ path, contents }) => [path.slice(paths.root.length + 1), contents]));
});

/** A file of the build and all that it imports at once. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === "import-statement") withImports(path, seen);
  return seen;
}

const weigh = (files: Iterable<string>) =>
  [...files].reduce((bytes, file) => bytes + gzipSync(texts.get(file) ?? "").byteLength, 0);

function outputOf(entry: string): string {
  const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry)?.[0];
  if (found === undefined) throw new Error(`Nothing is built of ${entry}`);
  return found;
}

it("sends less than 200 kB before the page can be used", async () => {
  const page = await readFile(join(paths.root, "src/platform/http/dashboard-page.ts"));
  const theme = await readFile(join(paths.dashboard, "theme.css"));
  const script = withImports(outputOf("src/dashboard/app/main.tsx"));
  const style = outputOf("src/dashboard/app/app.css");
  const bytes = weigh([...script, style]) + gzipSync(page).byteLength + gzipSync(theme).byteLength;
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

it.each(VIEWS)("sends less than 200 kB more for the view %s", (view) => {
  const first = withImports(outputOf("src/dashboard/app/main.tsx"));
  const more = [...withImports(outputOf(`src/dashboard/views/${view}/${view}.tsx`))].filter((file) => !first.has(file));
  expect(more.length).toBeGreaterThan(0);
  expect(weigh(more)).toBeLessThan(MOST_BYTES);
});

it("names every view of the navigation", async () => {
  const source = await readFile(join(paths.dashboard, "app/views.ts"), "utf8");
  const named = [...source.matchAll(/import\("\.\.\/views\/([\w-]+)\//g)].map(([, view]) => view);
  expect(named).toEqual(VIEWS);
});
