import type { components } from "./schema.d.ts";

interface ApiErrorDetails {
  code: string;
  message: string;
  errors?: components["schemas"]["Error"]["errors"];
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  cause?: unknown;
}

/** An answer of Catchment that is an error, or none at all (status 0, `NO_ANSWER`). */
export class ApiError extends Error {
  /** Of HTTP; 0 when there was no answer that could be read. */
  readonly status: number;
  /** Such as `NOT_FOUND`; never changes. */
  readonly code: string;
  /** What is wrong with which field, for 422. */
  readonly errors: components["schemas"]["Error"]["errors"];
  /** Under which the server has logged the request. */
  readonly requestId: string | null;
  /** When trying again can help, for 429 and some others. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, { code, message, errors, requestId, retryAfterSeconds, cause }: ApiErrorDetails) {
    super(message, { cause });
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.errors = errors ?? [];
    this.requestId = requestId ?? null;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }
}

/** Reads an answer that is an error; what is not in the platform's form, such as a proxy's page, keeps its status. */
export function readApiError(response: Response, body: unknown): ApiError {
  const { status, statusText, headers } = response;
  const known = isErrorBody(body) ? body : { error: "UNKNOWN", message: `${status} ${statusText}`.trim(), errors: [] };
  const wait = Number(headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(status, {
    code: known.error,
    message: known.message,
    errors: known.errors,
    requestId: headers.get("X-Request-Id"),
    retryAfterSeconds: Number.isFinite(wait) ? wait : null,
  });
}

function isErrorBody(body: unknown): body is components["schemas"]["Error"] {
  if (typeof body !== "object" || body === null) return false;
  return (
    "error" in body &&
    typeof body.error === "string" &&
    "message" in body &&
    typeof body.message === "string" &&
    "errors" in body &&
    Array.isArray(body.errors)
  );
}
