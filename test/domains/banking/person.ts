import { exports } from "cloudflare:workers";

/** Somebody who is signed in. */
export interface Person {
  token: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: BodyInit): Promise<Response>;
  /** Uploads a file by the front door. */
  upload(filename: string, content: string | Uint8Array<ArrayBuffer>): Promise<Response>;
}

let people = 0;

/** Registers somebody new by the front door. */
export async function newPerson(): Promise<Person> {
  const email = `person-${people++}-${crypto.randomUUID()}@example.org`;
  const answer = await exports.default.fetch("http://localhost/user/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password: "correct horse battery" }),
  });
  const { access_token: token } = await answer.json<{ access_token: string }>();
  const fetchAs = (path: string, init: RequestInit = {}) =>
    exports.default.fetch(`http://localhost${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${token}` },
    });
  return {
    token,
    get: (path, headers = {}) => fetchAs(path, { headers }),
    send: (method, path, body) => fetchAs(path, { method, ...(body === undefined ? {} : { body }) }),
    upload: (filename, content) => {
      const form = new FormData();
      form.set("file", new File([content], filename));
      return fetchAs("/data/files", { method: "POST", body: form });
    },
  };
}
