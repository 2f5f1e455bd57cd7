import { AppError, notFound, rateLimited, unprocessable, upstreamFailed } from "../../errors.ts";

/** Errors of ccxt after which the same request may succeed: its `OperationFailed` and what extends it. */
const TEMPORARY = new Set([
  ...["OperationFailed", "NetworkError", "ExchangeNotAvailable", "OnMaintenance", "RequestTimeout"],
  ...["InvalidNonce", "ChecksumError", "BadResponse", "NullResponse", "CancelPending"],
]);
const RATE_LIMITS = new Set(["DDoSProtection", "RateLimitExceeded"]);
const LONGEST_MESSAGE = 200;

/** Whether an exchange asked us to slow down; `retry_after` 0 then means that it did not say for how long. */
export const isRateLimit = (error: unknown): error is AppError => error instanceof AppError && error.status === 429;

export const slowDown = (name: string, seconds: number | null) =>
  rateLimited(seconds ?? 0, `${name} limits the rate of requests`);

export const regionRefused = (name: string) => upstreamFailed(`${name} refuses requests from this region`);

export const malformed = (name: string, cause?: unknown) =>
  upstreamFailed(`${name} answered with something that is not what it promises`, { retry_after: 1, cause });

export const unknownSymbol = (name: string, symbol: string) => notFound(`Unknown symbol ${symbol} on ${name}`);

export const unsupportedTimeframe = (name: string, timeframe: string) =>
  unprocessable([{ field: "timeframe", message: `${name} has no ${timeframe} candles` }]);

/** What an error of ccxt means to us. Its classes are told apart by name, which ccxt sets and minifying keeps. */
export function translateError(error: unknown, name: string, symbol: string | null): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return malformed(name, error);
  if (symbol !== null && isUnknownSymbol(error)) return unknownSymbol(name, symbol);
  if (RATE_LIMITS.has(error.name)) return slowDown(name, null);
  if (error.name === "RestrictedLocation") return regionRefused(name);
  if (TEMPORARY.has(error.name)) return upstreamFailed(`${name} is not available`, { retry_after: 1, cause: error });
  if (error.name === "AuthenticationError") return upstreamFailed(`${name} gives this to its customers only`);
  if (error.name === "NotSupported") return unprocessable([], `${name} does not offer this`);
  // A crash inside ccxt's parser is what an answer of another shape looks like.
  if (error instanceof TypeError || error instanceof RangeError) return malformed(name, error);
  return upstreamFailed(`${name} refused: ${reason(error)}`, { cause: error });
}

/** Under moved URLs ccxt does not recognise the code by which Binance says so. */
const isUnknownSymbol = (error: Error) => error.name === "BadSymbol" || /invalid symbol/i.test(error.message);

/** ccxt's message without the request that it repeats. */
const reason = ({ message }: Error) => message.replace(/\S*https?:\/\/\S+/g, "").slice(0, LONGEST_MESSAGE);
