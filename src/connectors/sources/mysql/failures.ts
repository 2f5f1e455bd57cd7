import { AppError, upstreamFailed } from "../../../errors.ts";

const LONGEST_REASON = 300;

/** Numbers of https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, and MariaDB's, that pass. */
const PASSING = new Set([
  ...[1040, 1041, 1053, 1077, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317],
  ...[1836, 1927, 1969, 3024, 3032, 3572, 4031],
]);
/** Access denied, also where no password was sent or the account is locked, and a host that may not log in at all. */
const REFUSED = new Set([1045, 1130, 1698, 1862, 3118, 4151]);
const NO_DATABASE = new Set([1044, 1049]);

/** What went wrong with a server, said without its credentials; its own word counts before a `fault` of the stream. */
export function mysqlFailure(name: string, error: unknown, fault: unknown): AppError {
  const { errno, code, sqlMessage } = readError(error);
  const known = fault ?? error;
  if (errno === null && known instanceof AppError) return known;
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") return upstreamFailed(`${name}: the server does not offer TLS`);
  if (errno === null) return upstreamFailed(`${name}: the connection was lost`, { retry_after: 1 });
  // These messages name the user.
  if (REFUSED.has(errno)) return upstreamFailed(`${name}: the login was refused`);
  if (NO_DATABASE.has(errno)) return upstreamFailed(`${name}: there is no such database, or it may not be read`);
  const reason = `${name}: ${sqlMessage.slice(0, LONGEST_REASON)} (${errno})`;
  return PASSING.has(errno) ? upstreamFailed(reason, { retry_after: 1 }) : upstreamFailed(reason);
}

/** What the driver adds to an error that the server sent; other errors have no message of the server. */
function readError(error: unknown) {
  const { errno, code, sqlMessage }: Record<string, unknown> = Object(error);
  const isOfServer = typeof errno === "number" && typeof sqlMessage === "string";
  return { errno: isOfServer ? errno : null, code, sqlMessage: isOfServer ? sqlMessage : "" };
}
