import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { afterPurged } from "./chain.store.ts";
import { auditLog } from "./tables.ts";

/** An entry that names the links out of which somebody who has left was taken. */
const ERASURE = { entity_type: "audit_log", entity_id: "erased", action: "update" };
/** Numbers of one entry: far below the 2 MB that a row of D1 may have. */
const NUMBERS_AN_ENTRY = 10_000;

/** For the batch that erases, after it: names the links that were erased at `now` (ms); no entry where there are none. */
export function recordErasure(db: Database, now: number) {
  const { entity_type, entity_id, action } = ERASURE;
  // As many values as the table has columns, in their order.
  return db.insert(auditLog).select(sql`
    SELECT lower(hex(randomblob(16))), ${entity_type}, ${entity_id}, ${action}, NULL, NULL, NULL,
      json_object('numbers', json_object('before', NULL, 'after', json_group_array(number))), ${now},
      NULL, NULL, NULL, NULL, NULL
    FROM (SELECT number, (row_number() OVER (ORDER BY number) - 1) / ${NUMBERS_AN_ENTRY} AS entry
      FROM audit_log WHERE erased_at = ${now} AND number IS NOT NULL)
    GROUP BY entry`);
}

/** Of the links after a number those that some entry names as erased; one that is not sealed yet will be by the next tick. */
export function listErased(db: Database, after: number, limit: number) {
  const { entity_type, entity_id, action } = ERASURE;
  return db
    .selectDistinct({ number: sql<number>`named.value` })
    .from(sql`${auditLog}, json_each(${auditLog.changes}, '$.numbers.after') AS named`)
    .where(
      sql`${auditLog.entity_type} = ${entity_type} AND ${auditLog.entity_id} = ${entity_id} AND ${auditLog.action} = ${action}
        AND named.value IN (SELECT link.number FROM audit_log AS link WHERE link.number > ${afterPurged(after)} ORDER BY link.number LIMIT ${limit})`,
    );
}
