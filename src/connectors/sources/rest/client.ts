import { AppError, upstreamFailed } from "../../../errors.ts";
import type { SourceIo } from "../source.ts";
import type { Auth, RestApi } from "./api.ts";
import { parseExactJson } from "../../../formats/exact-json.ts";
import { failureOf, malformedAnswer } from "./failures.ts";
import { keepToken } from "./token.ts";

/** One request whose placeholders are filled. */
export interface Call {
  method: "GET" | "POST";
  url: URL;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, parameters as a form. */
  body?: Record<string, unknown> | URLSearchParams;
}

export interface Answer {
  body: unknown;
  headers: Headers;
}

type Rules = Pick<RestApi, "name" | "refusalIn">;

/**
 * Sends one call and reads its JSON. Throws `AppError`s: with `retry_after` for a limited rate, a fault of the server,
 * a cut or unreadable answer; without for credentials that are refused and for what does not exist.
 */
export async function sendCall(io: SourceIo, rules: Rules, call: Call): Promise<Answer> {
  const name = `${rules.name}: ${call.method} ${call.url.pathname}`;
  const content = contentOf(call);
  const headers = { Accept: "application/json", "User-Agent": "catchment", ...content.headers, ...call.headers };
  // A redirect would carry the token to another host.
  const init = { method: call.method, headers, redirect: "manual" as const, ...content.body };
  const response = await io.fetch(call.url.href, init).catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    throw upstreamFailed(`${name}: could not be reached`, { retry_after: 1, cause: error });
  });
  const text = await response.text().catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    throw malformedAnswer(name, error);
  });
  const body = readJson(text);
  const refusal = rules.refusalIn?.(body, response.status) ?? null;
  if (response.ok && !refusal) {
    if (body === undefined) throw malformedAnswer(name);
    return { body, headers: response.headers };
  }
  const told = refusal ? { status: refusal.status, body: refusal } : { status: response.status, body };
  throw failureOf({ name, ...told, headers: response.headers, now: io.now() });
}

/** Sends the calls of an API with its credentials; secrets never get into the messages of errors. */
export function createRestClient(io: SourceIo, api: RestApi): (call: Call) => Promise<Answer> {
  const secrets = new Set<string>();
  const secret = async (name: string) => {
    const value = await io.secret(name);
    secrets.add(value);
    return value;
  };
  let prepared: Promise<(call: Call) => Promise<Call>> | null = null;
  const prepare = async () => {
    const auth = await api.auth({ ...io, secret });
    return createSigner(io, auth, secrets);
  };
  return async (call) => {
    try {
      prepared ??= prepare();
      const sign = await prepared.catch((error: unknown) => {
        prepared = null;
        throw error;
      });
      const signed = await sign(call);
      return await sendCall(io, api, { ...signed, headers: { ...api.headers, ...signed.headers } });
    } catch (error) {
      throw withoutSecrets(error, secrets);
    }
  };
}

/** Gives calls their credentials; tokens that are issued on the way become secrets too. */
function createSigner(io: SourceIo, auth: Auth, secrets: Set<string>): (call: Call) => Promise<Call> {
  const ask = async (kept: Auth & { kind: "token" }) => {
    const issued = await kept.ask();
    secrets.add(issued.token);
    return issued;
  };
  const token = auth.kind === "token" ? keepToken(io, () => ask(auth)) : null;
  return async (call) => {
    const headers = { ...call.headers, ...auth.headers };
    switch (auth.kind) {
      case "none":
        return { ...call, headers };
      case "bearer":
        return { ...call, headers: { ...headers, Authorization: `Bearer ${auth.token}` } };
      case "basic": {
        const bytes = new TextEncoder().encode(`${auth.username}:${auth.password}`);
        return { ...call, headers: { ...headers, Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` } };
      }
      case "token":
        return { ...call, headers: { ...headers, [auth.header]: `${auth.prefix}${await token?.()}` } };
      case "api_key": {
        if (auth.location === "header") return { ...call, headers: { ...headers, [auth.name]: auth.key } };
        if (auth.location === "form") return { ...call, headers, body: new URLSearchParams({ [auth.name]: auth.key }) };
        const url = new URL(call.url);
        url.searchParams.set(auth.name, auth.key);
        return { ...call, headers, url };
      }
    }
  };
}

/** The same error with stars in place of secrets that an upstream repeated. */
function withoutSecrets(error: unknown, secrets: ReadonlySet<string>): unknown {
  if (!(error instanceof AppError)) return error;
  const spellings = [...secrets]
    .flatMap((value) => [value, encodeURIComponent(value)])
    .filter(({ length }) => length > 3);
  const message = spellings.reduce((text, spelling) => text.replaceAll(spelling, "***"), error.message);
  if (message === error.message) return error;
  const { status, code, errors, headers, retry_after } = error;
  return new AppError(status, code, message, { errors, headers, ...(retry_after !== undefined && { retry_after }) });
}

function contentOf({ body }: Call): { headers?: Record<string, string>; body?: { body: string | URLSearchParams } } {
  if (!body) return {};
  if (body instanceof URLSearchParams) return { body: { body } };
  return { headers: { "Content-Type": "application/json" }, body: { body: JSON.stringify(body) } };
}

/** The value of a JSON text; undefined when it is none. */
function readJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}
