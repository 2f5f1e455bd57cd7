import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Failure, runCommand } from "../../src/cli/failure.ts";
import { benchmarks } from "./benchmarks.ts";
import { closeConnections } from "./load.ts";
import type { Result } from "./result.ts";
import { createWorld } from "./world.ts";

const HELP = `Measures the built Worker in workerd beside its peers, in turns on one machine.

  npm run bench -- [--check] [--only name]

  --check   fail when a figure is worse than its aim by more than half
  --only    one of ${benchmarks.map(({ name }) => name).join(", ")}; may be repeated
${benchmarks.map(({ name, describe }) => `\n  ${name.padEnd(10)}${describe}`).join("")}`;

/** How much worse than its aim a figure may be, for what else the machine does. */
const TOLERANCE = 1.5;

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  const results = await measure(options.only ?? []);
  console.log(table(results));
  const missed = results.filter((result) => isWorse(result, TOLERANCE));
  if (!options.check || missed.length === 0) return;
  throw new Failure(`Worse than the aim by more than half: ${missed.map(({ name }) => name).join(", ")}`);
});

function readOptions(args: string[]) {
  const options = {
    check: { type: "boolean" },
    help: { type: "boolean", short: "h" },
    only: { type: "string", multiple: true },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}; see --help`, { cause: error });
  }
}

async function measure(only: readonly string[]): Promise<Result[]> {
  const unknown = only.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) throw new Failure(`There is no benchmark ${JSON.stringify(unknown)}; see --help`);
  const chosen = benchmarks.filter(({ name }) => only.length === 0 || only.includes(name));
  const world = await createWorld();
  try {
    const results: Result[] = [];
    for (const { name, run } of chosen) {
      console.error(`${name} …`);
      results.push(...(await run(world)));
    }
    return results;
  } finally {
    closeConnections();
    await world.stop();
  }
}

/** Whether the figure misses its aim by more than the factor `tolerance`. */
function isWorse({ figure, aim, better }: Result, tolerance: number): boolean {
  return better === "lower" ? figure > aim * tolerance : figure < aim / tolerance;
}

function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    `${format(result.ours)} ${result.unit}`,
    `${result.peer_name}: ${format(result.peer)} ${result.unit}`,
    `${format(result.figure)} ${result.figure_unit}`,
    result.aim === 0 ? "–" : `${result.better === "lower" ? "≤" : "≥"} ${result.aim} ${result.figure_unit}`,
    result.aim === 0 ? "" : isWorse(result, 1) ? (isWorse(result, TOLERANCE) ? "FAILED" : "missed") : "good",
  ]);
  const lines = [["what", "ours", "peer", "ours to peer", "aim", ""], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [`Medians on ${cpus().length} cores, Node ${process.version}`, ...text].join("\n");
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
