import { AppError, badRequest } from "../../errors.ts";
import type { Problem } from "./nodes.ts";

const CODE = "DBT_PROBLEM";

/** A problem as an error: 400 with `path, line n: message`. */
export function problemError(problem: Problem): AppError {
  const error = badRequest(problemText(problem), CODE);
  error.cause = problem;
  return error;
}

/** An error at a place of a project's file. */
export const problemAt = (path: string, line: number | undefined, message: string): AppError =>
  problemError(line === undefined ? { path, message } : { path, line, message });

/** A problem as one text. */
export const problemText = ({ path, line, message }: Problem): string =>
  `${line === undefined ? path : `${path}, line ${line}`}: ${message}`;

/**
 * What an error says as a problem of the file `path`; errors of templates name a file and line of their own. Throws
 * what is no fault of the project.
 */
export function problemOf(error: unknown, path: string): Problem {
  if (!(error instanceof AppError) || error.status >= 500) throw error;
  const { cause } = error;
  if (isProblem(cause)) return cause;
  const [, file, line, message] = /^([^\n]+?), line (\d+): ([^]*)$/.exec(error.message) ?? [];
  if (file === undefined || message === undefined) return { path, message: error.message };
  return { path: file, line: Number(line), message };
}

const isProblem = (cause: unknown): cause is Problem =>
  typeof cause === "object" && cause !== null && "path" in cause && "message" in cause && !(cause instanceof Error);
