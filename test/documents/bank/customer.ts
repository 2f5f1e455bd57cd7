import { env, exports } from "cloudflare:workers";
import { PASSWORD, register, send, sendUnder } from "../../platform/auth/client.ts";

/** Somebody who has what the document's samples show. */
export interface Customer {
  id: string;
  email: string;
  token: string;
  ask(method: string, path: string, json?: unknown): Promise<Response>;
  /** As `ask`, by a Worker with other settings. */
  askUnder(settings: Record<string, unknown>, method: string, path: string): Promise<Response>;
  upload(filename: string, content: string): Promise<Response>;
}

export const LOGIN = { username: "user-1", account_number: "11773016-01234567", password: "s3cret" };

/** A file whose thousand rows begin as the document's sample does. */
export const THOUSAND_ROWS = [
  "date,value",
  ...Array.from({ length: 1000 }, (_, index) => `2025-01-${String((index % 28) + 1).padStart(2, "0")},${42 + index}`),
].join("\n");

export const TWO_ROWS = "date,value\n2025-01-01,42.0\n2025-01-02,43.5\n";

export async function newCustomer(): Promise<Customer> {
  const email = `customer-${crypto.randomUUID()}@example.org`;
  const { id, token } = await register(email, PASSWORD);
  return {
    ...{ id, email, token },
    ask: (method, path, json) => send(method, path, json === undefined ? { token } : { token, json }),
    askUnder: (settings, method, path) => sendUnder(settings, method, path, { token }),
    async upload(filename, content) {
      const body = new FormData();
      body.set("file", new File([content], filename));
      const request = new Request("http://localhost/data/files", { method: "POST", body });
      const headers = { "Content-Type": request.headers.get("Content-Type") ?? "" };
      return exports.default.fetch(new Request(request, { headers: { ...headers, Authorization: `Bearer ${token}` } }));
    },
  };
}

/** A database that refuses the statements whose text matches. */
export function refusing(statements: RegExp): D1Database {
  const wrap = <T extends D1Database | D1DatabaseSession>(database: T): T =>
    new Proxy(database, {
      get(_, name) {
        if (name === "prepare") {
          return (text: string) => {
            if (statements.test(text)) throw new Error("The database refuses");
            return database.prepare(text);
          };
        }
        if (name === "withSession") return (start: string) => wrap((database as D1Database).withSession(start));
        const member: unknown = Reflect.get(database, name);
        return typeof member === "function" ? member.bind(database) : member;
      },
    });
  return wrap(env.DB);
}
