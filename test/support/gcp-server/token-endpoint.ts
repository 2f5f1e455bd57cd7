import { type KeyObject, randomUUID } from "node:crypto";
import { jwtVerify } from "jose";
import type { Reply, World } from "./world.ts";

/** What assertions are checked against. */
export interface Credentials {
  client_email: string;
  audience: string;
  publicKey: KeyObject;
}

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Gives an access token for an assertion that the service account signed (RFC 7523). */
export async function exchangeAssertion(
  world: World,
  { client_email, audience, publicKey }: Credentials,
  content: string,
): Promise<Omit<Reply, "on">> {
  world.requests.push({ method: "token", path: "/token" });
  const form = new URLSearchParams(content);
  if (form.get("grant_type") !== GRANT) return refuse("unsupported_grant_type", "Invalid grant_type");
  const rules = { issuer: client_email, audience, algorithms: ["RS256"], requiredClaims: ["iat", "exp"] };
  const verified = await jwtVerify(form.get("assertion") ?? "", publicKey, rules).catch(() => null);
  if (!verified) return refuse("invalid_grant", "Invalid JWT Signature.");
  const { iat = 0, exp = 0, scope } = verified.payload;
  if (exp - iat > 3600) return refuse("invalid_grant", "Invalid JWT: Token must be a short-lived token");
  if (scope !== SCOPE) return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  const access_token = `ya29.${randomUUID()}`;
  world.tokens.add(access_token);
  return { body: { access_token, expires_in: world.options.token_seconds, token_type: "Bearer" } };
}

const refuse = (error: string, error_description: string) => ({ status: 400, body: { error, error_description } });
