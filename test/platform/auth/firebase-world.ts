import { inject } from "vitest";
import type { Account } from "../../support/firebase-server/accounts.ts";
import { ADMIN, type Call, PASSWORD, sendUnder } from "./client.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Base URL of the server of `firebase-server/server.ts`. */
    firebaseUrl: string;
    firebaseServiceAccount: string;
  }
}

export const PROJECT = "demo-catchment";
export const EMAIL = "person@example.com";
const ISSUER = `https://securetoken.google.com/${PROJECT}`;

interface Wish {
  claims?: Record<string, unknown>;
  alg?: "RS256" | "HS256" | "none";
  key?: string;
  kid?: string;
}

/** A Firebase project of its own, and the front door of a deployment that uses it. */
export function openWorld(overrides: Record<string, string> = {}) {
  const uid = crypto.randomUUID();
  const base = `${inject("firebaseUrl")}/${uid}`;
  const settings: Record<string, string> = {
    IDENTITY_PROVIDER: "firebase",
    FIREBASE_PROJECT_ID: PROJECT,
    FIREBASE_API_KEY: "key-of-the-test",
    FIREBASE_SERVICE_ACCOUNT: inject("firebaseServiceAccount"),
    IDENTITY_TOOLKIT_URL: base,
    SECURE_TOKEN_URL: base,
    FIREBASE_KEYS_URL: `${base}/keys`,
    ...overrides,
  };
  const put = async (path: string, value: unknown) => {
    const response = await fetch(`${base}/${path}`, { method: "PUT", body: JSON.stringify(value) });
    return response.json<string>();
  };
  const send = (method: string, path: string, call?: Call) => sendUnder(settings, method, path, call);
  return {
    /** Firebase's id of the account of these tests. */
    uid,
    settings,
    send,
    /** Replaces the accounts that Firebase has. */
    setAccount: (account: Partial<Account> = {}) =>
      put("accounts", [
        {
          localId: uid,
          email: EMAIL,
          password: PASSWORD,
          emailVerified: true,
          disabled: false,
          validSince: "0",
          ...account,
        },
      ]),
    removeAccounts: () => put("accounts", []),
    /** Answers of Firebase, by the last part of the path. */
    lie: (lies: Record<string, { status: number; body: unknown }>) => put("lies", lies),
    publish: (kids: string[]) => put("published", kids),
    calls: async () => (await fetch(`${base}/calls`)).json<string[]>(),
    /** An ID token, as Firebase would sign it but for what is given. */
    sign({ claims, ...wish }: Wish = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: ISSUER, aud: PROJECT, sub: uid, auth_time: now, iat: now, exp: now + 3600 };
      return put("sign", { claims: { ...usual, ...claims }, ...wish });
    },
    /** Status and code of who the token says one is. */
    async ask(token: string) {
      const response = await send("GET", "/user/me", { token });
      const { error, email } = await response.json<{ error?: string; email?: string }>();
      return [response.status, error ?? email];
    },
    async signIn(login: { email: string; password: string } = { email: EMAIL, password: PASSWORD }) {
      const response = await send("POST", "/user/login", { json: login });
      return response.json<{ access_token: string; refresh_token: string }>();
    },
    async signInAdmin() {
      const response = await send("POST", "/user/login", { json: ADMIN });
      return (await response.json<{ access_token: string }>()).access_token;
    },
  };
}
