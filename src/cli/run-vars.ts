import { configSchema, readConfig } from "../config.ts";
import { missingVars, readVars, type Vars } from "./dev-vars.ts";
import { Failure } from "./failure.ts";

export interface RunVars {
  /** What the Worker gets. */
  vars: Vars;
  /** Keys that the file lacked, to be appended to it. */
  added: Vars;
}

/**
 * Composes the vars of one run. The file, completed by what it lacks, wins over `fallbacks`; `fixed`, which this run
 * decides, over the file; the environment over all. Throws a `Failure` naming every key whose value the Worker would
 * refuse.
 */
export function composeRunVars(
  varsFile: string,
  { fallbacks, fixed }: { fallbacks: Vars; fixed: Vars },
  environment: NodeJS.ProcessEnv,
): RunVars {
  const present = readVars(varsFile);
  const added = missingVars(present, environment);
  const vars = { ...fallbacks, ...present, ...added, ...fixed, ...configIn(environment) };
  assertReadable(vars);
  return { vars, added };
}

/** The keys of `config.ts` that an environment sets, an empty value included. */
export function configIn(environment: NodeJS.ProcessEnv): Vars {
  const set = Object.keys(configSchema.shape).flatMap((key) => {
    const value = environment[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(set);
}

/** Throws a `Failure` naming every key whose value the Worker would refuse. */
export function assertReadable(vars: Vars): void {
  try {
    readConfig(vars);
  } catch (error) {
    throw new Failure(error instanceof Error ? `${error.message}.` : String(error), { cause: error });
  }
}
