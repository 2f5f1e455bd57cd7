import { AppError, badRequest } from "../../errors.ts";

const UNPLACED = "TEMPLATE_FAULT";
const PLACED = "TEMPLATE_ERROR";

/** What is wrong with a value or a call, said where neither template nor line is known; the interpreter places it. */
export const templateFault = (message: string) => badRequest(message, UNPLACED);

/** A template that cannot be parsed or rendered, naming its template and line. */
export const templateError = (message: string, template: string, line: number) =>
  badRequest(`${template}, line ${line}: ${message}`, PLACED);

/**
 * Gives an error its template and line, once: the innermost place is the one that helps. Signals, and failures that are
 * not the template's, pass as they are.
 */
export function placeError(error: unknown, template: string, line: number): unknown {
  if (!(error instanceof AppError)) return isStackOverflow(error) ? tooDeep(template, line) : error;
  if (error.code === PLACED || error.status >= 500) return error;
  const placed = templateError(error.message, template, line);
  placed.cause = error.code === UNPLACED ? undefined : error;
  return placed;
}

const tooDeep = (template: string, line: number) => templateError("The template is nested too deeply", template, line);

const isStackOverflow = (error: unknown) => error instanceof RangeError && error.message.includes("call stack");
