import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { createApp } from "../../../src/app.ts";
import { createContext, type Context } from "../../../src/context.ts";
import { issueApiToken } from "../../../src/platform/auth/access-tokens.ts";

export const ORIGIN = "http://localhost";
export const PASSWORD = "correct horse battery";
export const ADMIN = { email: "admin@example.org", password: "test-only-admin-password" };

export interface Call {
  token?: string;
  cookie?: string;
  json?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

export function makeRequest(method: string, path: string, call: Call = {}): Request {
  const headers = new Headers(call.headers);
  if (call.token !== undefined) headers.set("Authorization", `Bearer ${call.token}`);
  if (call.cookie !== undefined) headers.set("Cookie", call.cookie);
  if (call.json !== undefined) headers.set("Content-Type", "application/json");
  const body = call.form ? new URLSearchParams(call.form) : call.json === undefined ? null : JSON.stringify(call.json);
  return new Request(`${ORIGIN}${path}`, { method, headers, body });
}

/** By the front door, with the settings of the test configuration. */
export const send = (method: string, path: string, call?: Call) =>
  exports.default.fetch(makeRequest(method, path, call));

/** The same app under other settings; what it deferred is done when this returns. */
export async function sendUnder(settings: Record<string, unknown>, method: string, path: string, call?: Call) {
  const execution = createExecutionContext();
  const response = await createApp().fetch(makeRequest(method, path, call), { ...env, ...settings }, execution);
  await waitOnExecutionContext(execution);
  return response;
}

/** A context outside any request, for what no route offers. */
export const makeContext = (settings: Record<string, string> = {}): Context =>
  createContext({ ...env, ...settings }, createExecutionContext());

/** The body that every error has, with any timestamp. */
export const errorBody = (error: string, message: string, errors: unknown[] = []) => ({
  error,
  message,
  detail: message,
  errors,
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/),
});

export async function register(email: string, password = PASSWORD): Promise<{ token: string; id: string }> {
  const response = await send("POST", "/user/register", { json: { email, password } });
  const body = await response.json<{ access_token: string; user_id: string }>();
  return { token: body.access_token, id: body.user_id };
}

export async function signIn(login: { email: string; password: string }): Promise<string> {
  const response = await send("POST", "/user/login", { json: login });
  const body = await response.json<{ access_token: string }>();
  return body.access_token;
}

export const signInAdmin = () => signIn(ADMIN);

export function makeApiToken(scope: string[], id: string = crypto.randomUUID()): Promise<string> {
  return issueApiToken(makeContext(), { id, scope, expires_at: Date.now() + 3_600_000 });
}
