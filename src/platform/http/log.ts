import { DrizzleQueryError } from "drizzle-orm/errors";
import type { Config } from "../../config.ts";

const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 } as const;
type Level = keyof typeof LEVELS;

/** Values of a log line: ids and figures, never a secret or a body. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warning(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** One JSON object a line on the console, from `least` upwards. */
export function createLogger(least: Config["LOG_LEVEL"]): Logger {
  const write = (level: Level, event: string, fields: LogFields = {}) => {
    if (LEVELS[level] < LEVELS[least]) return;
    const line = JSON.stringify({ level, event, ...fields });
    if (level === "ERROR") console.error(line);
    else console.log(line);
  };
  return {
    debug: (event, fields) => write("DEBUG", event, fields),
    info: (event, fields) => write("INFO", event, fields),
    warning: (event, fields) => write("WARNING", event, fields),
    error: (event, fields) => write("ERROR", event, fields),
  };
}

/** What a log says of a thrown value: its text and stack, without anything it carries. */
export function describeError(error: unknown): { error: string; stack: string | null } {
  // Drizzle puts the values of the query into its message, password hashes and addresses among them.
  if (error instanceof DrizzleQueryError) return describeError(error.cause ?? new Error("A query failed"));
  if (error instanceof Error) return { error: `${error.name}: ${error.message}`, stack: error.stack ?? null };
  return { error: String(error), stack: null };
}
