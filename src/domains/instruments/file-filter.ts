import type { z } from "zod";
import { readPattern } from "../../formats/wildcards.ts";
import type { builtinHooks } from "./builtin-hooks.ts";
import type { HookAnswer, HookEvent } from "./hook-runner.ts";

type Config = z.output<typeof builtinHooks.file_filter.config>;

/** Skips a file, or stores it in another folder, by its size and by what its name or its whole path is like. */
export function filterFile(config: Config, { file }: Pick<HookEvent, "file">): HookAnswer {
  const { min_size_bytes, redirect_rules, exclude_patterns, include_patterns } = config;
  if (min_size_bytes !== undefined && file.size < min_size_bytes) {
    return { skip: `File too small (${file.size} B < min ${min_size_bytes} B)` };
  }
  const fits = (pattern: string) => {
    const matches = readPattern(pattern);
    return matches(file.name) || matches(file.path);
  };
  const rule = redirect_rules.find(({ pattern }) => fits(pattern));
  if (rule) return { redirect: rule.destination, redirect_reason: `Redirected by pattern '${rule.pattern}'` };
  const excluding = exclude_patterns.find(fits);
  if (excluding !== undefined) return { skip: `Excluded by pattern '${excluding}'` };
  if (include_patterns.length > 0 && !include_patterns.some(fits))
    return { skip: "Not matched by any include pattern" };
  return {};
}
