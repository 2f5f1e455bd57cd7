import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";

/** A resource that two extractions see differently; hashes are those of its documents. */
export interface Difference {
  change: "added" | "removed" | "changed";
  provider: string;
  account: string;
  region: string;
  resource_type: string;
  resource_id: string;
  before: string | null;
  after: string | null;
}

const IDENTITY = "provider account region resource_type resource_id".split(" ");
const sameIdentity = (a: string, b: string) =>
  sql.raw(IDENTITY.map((column) => `${a}.${column} = ${b}.${column}`).join(" AND "));

/** Shards that both jobs have listed whole, and by the same filters: only there does an absence say anything. */
const comparable = (from: string, to: string) => sql`comparable AS (
  SELECT old.number AS old_number, new.number AS new_number
  FROM extraction_shards AS old
  JOIN extraction_shards AS new ON new.job_id = ${to} AND new.state = 'completed'
    AND new.provider = old.provider AND new.account = old.account AND new.service = old.service
    AND new.region = old.region AND new.narrowed_by = old.narrowed_by
  WHERE old.job_id = ${from} AND old.state = 'completed'
)`;

const differences = (from: string, to: string) => sql`differences AS (
  SELECT 'added' AS change, new.provider, new.account, new.region, new.resource_type, new.resource_id,
    NULL AS before, new.document_hash AS after
  FROM artifacts AS new
  WHERE new.job_id = ${to} AND new.shard IN (SELECT new_number FROM comparable)
    AND NOT EXISTS (SELECT 1 FROM artifacts AS old WHERE old.job_id = ${from} AND ${sameIdentity("old", "new")})
  UNION ALL
  SELECT 'removed', old.provider, old.account, old.region, old.resource_type, old.resource_id, old.document_hash, NULL
  FROM artifacts AS old
  WHERE old.job_id = ${from} AND old.shard IN (SELECT old_number FROM comparable)
    AND NOT EXISTS (SELECT 1 FROM artifacts AS new WHERE new.job_id = ${to} AND ${sameIdentity("old", "new")})
  UNION ALL
  SELECT 'changed', old.provider, old.account, old.region, old.resource_type, old.resource_id,
    old.document_hash, new.document_hash
  FROM artifacts AS old
  JOIN artifacts AS new ON new.job_id = ${to} AND ${sameIdentity("old", "new")}
  WHERE old.job_id = ${from} AND old.configuration_hash <> new.configuration_hash
)`;

/** A page of the differences between two jobs with both documents, in a stable order. */
export function listDifferences(db: Database, from: string, to: string, offset: number, limit: number) {
  return db.all<Difference & { before_document: string | null; after_document: string | null }>(sql`
    WITH ${comparable(from, to)}, ${differences(from, to)}
    SELECT differences.*, old.document AS before_document, new.document AS after_document
    FROM differences
    LEFT JOIN artifact_documents AS old ON old.hash = differences.before
    LEFT JOIN artifact_documents AS new ON new.hash = differences.after
    ORDER BY change, provider, account, resource_type, region, resource_id
    LIMIT ${limit} OFFSET ${offset}`);
}

export function countDifferences(db: Database, from: string, to: string) {
  return db.all<{ change: Difference["change"]; count: number }>(sql`
    WITH ${comparable(from, to)}, ${differences(from, to)}
    SELECT change, COUNT(*) AS count FROM differences GROUP BY change`);
}

/** Shards of either job that cannot be compared, with the reason. */
export function listIncomparable(db: Database, from: string, to: string) {
  return db.all<{ service: string; region: string; account: string }>(sql`
    WITH ${comparable(from, to)}
    SELECT DISTINCT service, region, account FROM extraction_shards
    WHERE (job_id = ${from} AND number NOT IN (SELECT old_number FROM comparable))
      OR (job_id = ${to} AND number NOT IN (SELECT new_number FROM comparable))
    ORDER BY service, region, account`);
}
