import { ApiError } from "../../client/api-error.ts";
import { Failure } from "../failure.ts";

/** What the command's exit code says. */
export const exitCodes = {
  done: 0,
  /** A job failed, or the server did. */
  failed: 1,
  /** The command, or what it was given, is wrong. */
  usage: 2,
  /** Not signed in, or not allowed. */
  refused: 3,
  notFound: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What a terminal sends at Ctrl+C, and what else politely ends a process. */
export const INTERRUPTIONS = ["SIGINT", "SIGTERM"] as const;

/** A sentence that ends a command, with its exit code. */
export class CommandError extends Failure {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const wrongUsage = (message: string) => new CommandError(exitCodes.usage, message);

/** What went wrong as one sentence with the way out, and the exit code. */
export function describeError(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof ApiError) return describeApiError(error);
  const message = error instanceof Error ? error.message : String(error);
  return { message: `Unexpected: ${message}`, exitCode: exitCodes.failed };
}

function describeApiError(error: ApiError): { message: string; exitCode: ExitCode } {
  const { status, code, message } = error;
  if (code === "NO_ANSWER") {
    const way = "see that it runs (npm start), or name another with --url or CATCHMENT_URL.";
    return { message: `${message}: ${way}`, exitCode: exitCodes.failed };
  }
  if (code === "NOT_UNDERSTOOD") {
    return { message: `${message}: name another address with --url or CATCHMENT_URL.`, exitCode: exitCodes.failed };
  }
  if (status === 401) return { message: `${message}: run catchment login.`, exitCode: exitCodes.refused };
  if (status === 403) {
    return { message: `${message}: an admin can grant it, or sign in as another.`, exitCode: exitCodes.refused };
  }
  if (status === 404) return { message: `${message} (404).`, exitCode: exitCodes.notFound };
  if (status === 429) {
    const wait = error.retryAfterSeconds === null ? "later" : `in ${error.retryAfterSeconds} seconds`;
    return { message: `${message} Try again ${wait}.`, exitCode: exitCodes.failed };
  }
  if (status < 500 && status !== 409) return { message: `${message} (${code}).`, exitCode: exitCodes.usage };
  const request = error.requestId === null ? "" : `, request ${error.requestId}`;
  return { message: `${message} (${code}${request}).`, exitCode: exitCodes.failed };
}
