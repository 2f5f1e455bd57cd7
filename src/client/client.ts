import createFetchClient, { type Client } from "openapi-fetch";
import { ApiError, readApiError } from "./api-error.ts";
import type { components, paths } from "./schema.d.ts";

/** What travels, by its name in the OpenAPI document: `Schemas["Job"]`. */
export type Schemas = components["schemas"];

/** One method for each of HTTP's, typed by the path it is called with. */
export type CatchmentClient = Client<paths, "application/json">;

export interface ClientOptions {
  /** Where Catchment answers, such as `http://localhost:8000`. */
  baseUrl: string;
  /** Sent as a bearer token; without it a page's session cookie counts. */
  token?: string;
  /** Instead of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** A client of one Catchment; its calls answer with `data` or `error`, and `dataOrThrow` makes one of them. */
export function createClient({ baseUrl, token, fetch }: ClientOptions): CatchmentClient {
  const client = createFetchClient<paths, "application/json">({
    baseUrl,
    ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    ...(fetch && { fetch }),
  });
  // A network that fails is a TypeError (Fetch Standard); an abort throws its own reason.
  client.use({ onError: ({ error }) => (error instanceof TypeError ? noAnswer(baseUrl, error) : undefined) });
  return client;
}

/**
 * The data of an answer. Throws an `ApiError` for every answer that is an error, and one with status 0 when there is no
 * answer (`NO_ANSWER`) or not Catchment's (`NOT_UNDERSTOOD`); a call that was aborted throws its reason.
 */
export async function dataOrThrow<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw notUnderstood(cause);
  });
  if (!response.ok) throw readApiError(response, error);
  // Only 204 has no data, and its type says so.
  return data as T;
}

/** A `bodySerializer` for forms with files. */
export function toFormData(fields: object = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (value instanceof Blob) form.append(name, value);
    else form.append(name, String(value));
  }
  return form;
}

function noAnswer(baseUrl: string, cause: unknown): ApiError {
  return new ApiError(0, { code: "NO_ANSWER", message: `${baseUrl} does not answer`, cause });
}

function notUnderstood(cause: unknown): unknown {
  if (!(cause instanceof SyntaxError)) return cause;
  return new ApiError(0, { code: "NOT_UNDERSTOOD", message: "What answers is not Catchment", cause });
}
