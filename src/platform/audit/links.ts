import { Buffer } from "node:buffer";
import type { AuditRow } from "./audit.store.ts";

/** What is sealed of a row, in this order; a column that is added later must not change the text of older rows. */
const contentOf = (row: AuditRow) =>
  JSON.stringify([
    ...[row.id, row.entity_type, row.entity_id, row.action],
    ...[row.actor_id, row.actor_email, row.client_address, row.changes, row.created_at],
  ]);

/** SHA-256 of what a row says, in hex. */
export const hashContent = (row: AuditRow): Promise<string> => digest(contentOf(row));

/** SHA-256 of a link: its place, the link before and the content, in hex. */
export const hashLink = (number: number, previous_hash: string, content_hash: string): Promise<string> =>
  digest(`${number}\n${previous_hash}\n${content_hash}`);

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(bytes).toString("hex");
}
