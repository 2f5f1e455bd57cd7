import type { z } from "zod";
import { conflict } from "../../errors.ts";
import { loadLazily } from "../../lazy-modules.ts";
import type { builtinHooks } from "./builtin-hooks.ts";
import type { HookAnswer, HookEvent } from "./hook-runner.ts";

type Config = z.output<typeof builtinHooks.metadata_enrichment.config>;

/** Named groups of every rule that matches somewhere; later rules win. */
export async function readMetadata({ rules }: Config, { file }: Pick<HookEvent, "file">): Promise<HookAnswer> {
  const { readNamedGroups } = await loadLazily("regex");
  const found = [];
  for (const { pattern, source } of rules) {
    const problem = await patternProblem(pattern);
    if (problem !== null) throw conflict(`the pattern ${pattern} does not hold: ${problem}`);
    found.push(readNamedGroups(pattern).search(source === "filename" ? file.name : file.path));
  }
  return { metadata: Object.assign({}, ...found) as Record<string, string | null> };
}

/** What is wrong with a pattern; null when it can be used. */
export async function patternProblem(pattern: string): Promise<string | null> {
  const { readNamedGroups } = await loadLazily("regex");
  try {
    readNamedGroups(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "is no regular expression";
  }
}
