import { DatabaseError } from "pg";
import { AppError, upstreamFailed } from "../../../errors.ts";

/** Classes of errors that pass: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING = /^(08|40|53|57|58)/;
const LONGEST_REASON = 300;

/** What went wrong with a server, said without its credentials; its own word counts before a `fault` of the stream. */
export function postgresFailure(name: string, error: unknown, fault: unknown): AppError {
  if (!(error instanceof DatabaseError)) {
    const known = fault ?? error;
    if (known instanceof AppError) return known;
    const message = error instanceof Error ? error.message : "";
    // The driver's own words; nothing else tells.
    if (message.includes("does not support SSL")) return upstreamFailed(`${name}: the server does not offer TLS`);
    return upstreamFailed(`${name}: the connection was lost`, { retry_after: 1 });
  }
  const { code = "", message } = error;
  // These messages name the user.
  if (code.startsWith("28")) return upstreamFailed(`${name}: the login was refused`);
  if (code === "3D000") return upstreamFailed(`${name}: there is no such database`);
  const reason = `${name}: ${message.slice(0, LONGEST_REASON)} (${code})`;
  return PASSING.test(code) ? upstreamFailed(reason, { retry_after: 1 }) : upstreamFailed(reason);
}
