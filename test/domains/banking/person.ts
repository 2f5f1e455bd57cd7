import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { createApp } from "../../../src/app.ts";

/** Somebody who is signed in. */
export interface Person {
  token: string;
  id: string;
  email: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: BodyInit): Promise<Response>;
  /** Uploads a file by the front door. */
  upload(filename: string, content: string | Uint8Array<ArrayBuffer>): Promise<Response>;
}

let people = 0;
const JSON_BODY = { "Content-Type": "application/json" };

/** The app's own entry, or with settings the same app under those. */
async function fetchUnder(settings: Record<string, unknown> | undefined, path: string, init: RequestInit) {
  const request = new Request(`http://localhost${path}`, init);
  if (!settings) return exports.default.fetch(request);
  const execution = createExecutionContext();
  const response = await createApp().fetch(request, { ...env, ...settings }, execution);
  await waitOnExecutionContext(execution);
  return response;
}

/** Registers somebody new by the front door; what they ask is answered under the settings. */
export async function newPerson(settings?: Record<string, unknown>): Promise<Person> {
  const email = `person-${people++}-${crypto.randomUUID()}@example.org`;
  const answer = await exports.default.fetch("http://localhost/user/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password: "correct horse battery" }),
  });
  const { access_token: token, user_id: id } = await answer.json<{ access_token: string; user_id: string }>();
  const fetchAs = (path: string, init: RequestInit = {}) =>
    fetchUnder(settings, path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
  return {
    token,
    id,
    email,
    get: (path, headers = {}) => fetchAs(path, { headers }),
    send: (method, path, body) =>
      fetchAs(path, {
        method,
        ...(body === undefined ? {} : { body }),
        ...(typeof body === "string" ? { headers: JSON_BODY } : {}),
      }),
    upload: (filename, content) => {
      const form = new FormData();
      form.set("file", new File([content], filename));
      return fetchAs("/data/files", { method: "POST", body: form });
    },
  };
}
