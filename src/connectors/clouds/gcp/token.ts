import { importPKCS8, SignJWT } from "jose";
import { unprocessable } from "../../../errors.ts";
import type { CloudIo } from "../cloud.ts";
import { malformedAnswer } from "../errors.ts";
import { text } from "../json.ts";
import { baseOf, readAnswer } from "./client.ts";
import type { ServiceAccount } from "./service-account.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const ASSERTION_SECONDS = 3600;
/** A token is renewed this long before it ends, so that a call on its way does not outlive it. */
const MARGIN_MS = 120_000;

/** A key as the signer wants it. Throws `unprocessable` for a PEM that does not parse. */
export async function importKey(account: ServiceAccount): Promise<CryptoKey> {
  return importPKCS8(account.private_key, "RS256").catch(() => {
    throw unprocessable([
      { field: "service_account.private_key", message: "is not an RSA private key in PEM (PKCS #8)" },
    ]);
  });
}

/**
 * Gives the access token of a service account: one for all calls, asked for when there is none or it soon ends
 * (RFC 7523). Throws as `CloudClient.send` does.
 */
export function createBearer(io: CloudIo, account: ServiceAccount, key: CryptoKey): () => Promise<string> {
  let current: { token: string; ends_at: number } | null = null;
  let asked: Promise<string> | null = null;
  const ask = async () => {
    const { token, seconds } = await askToken(io, account, key);
    current = { token, ends_at: io.now() + seconds * 1000 - MARGIN_MS };
    return token;
  };
  return async () => {
    if (current && io.now() < current.ends_at) return current.token;
    // Calls that start together share one request.
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
  };
}

/** The form by which a service account asks for a token of a scope (RFC 7523); `now` in ms UTC. */
export async function signTokenRequest(
  account: ServiceAccount,
  key: CryptoKey,
  { scope, now }: { scope: string; now: number },
): Promise<URLSearchParams> {
  const issued_at = Math.floor(now / 1000);
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: account.private_key_id })
    .setIssuer(account.client_email)
    .setAudience(account.token_uri)
    .setIssuedAt(issued_at)
    .setExpirationTime(issued_at + ASSERTION_SECONDS)
    .sign(key);
  return new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
}

async function askToken(io: CloudIo, account: ServiceAccount, key: CryptoKey) {
  const url = new URL(account.token_uri);
  const name = `${url.host}${url.pathname}`;
  const form = await signTokenRequest(account, key, { scope: SCOPE, now: io.now() });
  const endpoint = io.endpoints.GCP_ENDPOINT_URL;
  const address = endpoint === "" ? url : new URL(`${baseOf(endpoint, url.host)}${url.pathname}`);
  const body = await readAnswer(io, name, address, { method: "POST", body: form });
  const token = text(body["access_token"]);
  const seconds = Number(body["expires_in"]);
  if (token === null || !Number.isFinite(seconds)) throw malformedAnswer(name);
  return { token, seconds };
}
