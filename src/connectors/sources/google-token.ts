import { upstreamFailed } from "../../errors.ts";
import { readServiceAccount } from "../clouds/gcp/service-account.ts";
import { importKey, signTokenRequest } from "../clouds/gcp/token.ts";
import type { Auth } from "./rest/api.ts";
import { sendCall } from "./rest/client.ts";
import { valueAt } from "./rest/select.ts";
import type { SourceIo } from "./source.ts";

interface GoogleAccess {
  /** Name of the secret that is a service account's key file. */
  credentials_env: string;
  scope: string;
  /** Where tokens are asked for instead of the key file's address; null for that. */
  token_url: string | null;
}

/**
 * Credentials of a Google API by a service account (RFC 7523,
 * https://developers.google.com/identity/protocols/oauth2/service-account). Throws 422 for a key file that is none.
 */
export async function authorizeGoogle(
  io: SourceIo,
  { credentials_env, scope, token_url }: GoogleAccess,
): Promise<Auth> {
  const account = readServiceAccount({ service_account: await io.secret(credentials_env) });
  const key = await importKey(account);
  const ask = async () => {
    const body = await signTokenRequest(account, key, { scope, now: io.now() });
    const url = new URL(token_url ?? account.token_uri);
    const answer = await sendCall(io, { name: "Google" }, { method: "POST", url, body });
    const token = valueAt(answer.body, "access_token");
    const seconds = Number(valueAt(answer.body, "expires_in"));
    if (typeof token === "string" && Number.isFinite(seconds)) return { token, seconds };
    throw upstreamFailed(`Google: POST ${url.pathname}: the answer has no token`);
  };
  return { kind: "token", header: "Authorization", prefix: "Bearer ", ask };
}

/** Tokens are asked for below the same address as the API, when the config names one. */
export const tokenUrlOf = (apiUrl: string | undefined): string | null =>
  apiUrl === undefined ? null : `${apiUrl.replace(/\/+$/, "")}/token`;
