import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;

interface SignedMessage {
  /** The same for every attempt, so that a receiver can drop what it has. */
  id: string;
  body: string;
  /** `whsec_` and base64; without one the message is not signed. */
  secret: string | undefined;
}

/** Headers of an attempt at `now` (ms) to post a message, signed after Standard Webhooks 1.0. */
export function signedHeaders({ id, body, secret }: SignedMessage, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const headers = { "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp };
  if (secret === undefined) return headers;
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { ...headers, "webhook-signature": `v1,${signature}` };
}

/** A new secret for both sides, as Standard Webhooks writes one. */
export const makeWebhookSecret = (): string =>
  SECRET_PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64");
