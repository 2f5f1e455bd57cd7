import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;

interface SignedMessage {
  /** The same for every attempt, so that a receiver can drop what it has. */
  id: string;
  body: string;
  /** `whsec_` and base64 each; a receiver takes a message that one of them signed. Without any it is not signed. */
  secrets: readonly string[];
}

/** Headers of an attempt at `now` (ms) to post a message, signed after Standard Webhooks 1.0. */
export function signedHeaders({ id, body, secrets }: SignedMessage, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const headers = { "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp };
  if (secrets.length === 0) return headers;
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`);
  return { ...headers, "webhook-signature": signatures.join(" ") };
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
  return createHmac("sha256", key).update(content).digest("base64");
}

/** A new secret for both sides, as Standard Webhooks writes one. */
export const makeWebhookSecret = (): string =>
  SECRET_PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64");
