/** One field that is wrong, as the documents' `errors` arrays show it. */
export interface FieldError {
  field: string;
  message: string;
}

interface AppErrorOptions {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Seconds after which the same attempt may succeed; present only when trying again can help. */
  retry_after?: number;
  cause?: unknown;
}

const KIND: unique symbol = Symbol.for("catchment.AppError");

/** An error whose message may be shown to the caller. Made by the constructors below only. */
export class AppError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;
  readonly retry_after: number | undefined;
  readonly [KIND] = true;

  /** Modules that are loaded on first use bring this class along; their errors are errors here, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && KIND in value;
  }

  constructor(status: number, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.retry_after = options.retry_after;
  }
}

export const badRequest = (message: string, code = "BAD_REQUEST", errors: FieldError[] = []) =>
  new AppError(400, code, message, { errors });

export const missingToken = () =>
  new AppError(401, "MISSING_TOKEN", "Authorization header missing", { headers: { "WWW-Authenticate": "Bearer" } });

export const invalidToken = () =>
  new AppError(401, "INVALID_TOKEN", "Token is invalid or expired", { headers: { "WWW-Authenticate": "Bearer" } });

export const tokenExpired = () =>
  new AppError(401, "TOKEN_EXPIRED", "Token has expired", { headers: { "WWW-Authenticate": "Bearer" } });

export const invalidTicket = () => new AppError(401, "INVALID_TICKET", "Ticket is invalid, expired or already used");

export const loginFailed = () => new AppError(401, "LOGIN_FAILED", "Invalid credentials");

export const userBlocked = () => new AppError(403, "USER_BLOCKED", "User account is blocked");

export const forbidden = (message = "You may not do this", code = "FORBIDDEN") => new AppError(403, code, message);

export const registrationClosed = () =>
  forbidden("Registration is closed: an admin can invite you", "REGISTRATION_CLOSED");

export const notFound = (message: string, code = "NOT_FOUND") => new AppError(404, code, message);

export const methodNotAllowed = (allowed: string[]) =>
  new AppError(405, "METHOD_NOT_ALLOWED", "Method not allowed", { headers: { Allow: allowed.join(", ") } });

export const conflict = (message: string, code = "CONFLICT") => new AppError(409, code, message);

/** There are as many as may be; `seconds` until one of them may be gone, null where waiting does not help. */
export const quotaReached = (message: string, seconds: number | null) =>
  new AppError(
    429,
    "QUOTA_EXCEEDED",
    message,
    seconds === null ? {} : { retry_after: seconds, headers: { "Retry-After": String(seconds) } },
  );

/** The same request is being answered already; `seconds` until asking again makes sense. */
export const inProgress = (message: string, seconds: number) =>
  new AppError(409, "IN_PROGRESS", message, { retry_after: seconds, headers: { "Retry-After": String(seconds) } });

export const tooLarge = (message = "Request body too large", code = "TOO_LARGE") => new AppError(413, code, message);

export const unprocessable = (errors: FieldError[], message?: string) =>
  new AppError(
    422,
    "VALIDATION_ERROR",
    message ?? errors.map((error) => `${error.field}: ${error.message}`).join("; "),
    {
      errors,
    },
  );

export const upgradeRequired = (message: string) =>
  new AppError(426, "UPGRADE_REQUIRED", message, { headers: { Upgrade: "websocket" } });

/** The caller, or an upstream towards us, asked too often; `seconds` until the next try makes sense. */
export const rateLimited = (seconds: number, message = "Too many requests. Please try again later.") =>
  new AppError(429, "RATE_LIMITED", message, {
    retry_after: seconds,
    headers: { "Retry-After": String(Math.max(1, Math.ceil(seconds))) },
  });

/** Something was done, and the audit could not be told; the log has what was. */
export const auditNotWritten = () =>
  new AppError(500, "AUDIT_NOT_WRITTEN", "This was done, but could not be recorded in the audit");

export const jobStartFailed = (cause: unknown) =>
  new AppError(500, "JOB_START_ERROR", "Failed to start job", { cause });

export const credentialsNotSaved = (cause: unknown) =>
  new AppError(500, "STORAGE_ERROR", "Failed to save credentials", { cause });

/** An upstream answered wrongly or not at all; with `retry_after` it may answer later. */
export const upstreamFailed = (message: string, options: { retry_after?: number; cause?: unknown } = {}) =>
  new AppError(502, "UPSTREAM_ERROR", message, options);

/** Firebase is down, answers nonsense, or refuses what it should not; the log has the reason. */
export const firebaseFailed = () => new AppError(502, "FIREBASE_ERROR", "Firebase operation failed");

export const unavailable = (message: string, options: { retry_after?: number } = {}) =>
  new AppError(503, "UNAVAILABLE", message, options);
