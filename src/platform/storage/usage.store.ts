import { count, desc, eq, sql, sum } from "drizzle-orm";
import type { DomainName } from "../../config.ts";
import type { Database } from "../../context.ts";
import { objects } from "./tables.ts";

type StorageOwner = DomainName | "other";

/** First folder of a key by the domain that writes under it. */
const FOLDERS: Record<string, DomainName> = {
  "bank-reports": "banking",
  "banking-screenshots": "banking",
  data: "market-data",
  export: "market-data",
  file_collector: "inventory",
  instruments: "instruments",
  warehouse: "warehouse",
};

/** What the origin of files that people sent begins with: all domains share one folder for them. */
const ORIGINS: Record<string, DomainName> = {
  "banking:": "banking",
  "csv:": "warehouse",
  features: "market-data",
  "ingest-file": "market-data",
  "push:": "instruments",
  "upload:instruments:": "instruments",
  "upload:market-data:": "market-data",
  "upload:warehouse:": "warehouse",
};

/** Objects and bytes of each domain, the largest first, of the first `most` live objects. */
export function measureDomains(db: Database, most: number) {
  const stored = db
    .select({ domain: ownerOf().as("domain"), size_bytes: objects.size_bytes })
    .from(objects)
    .where(eq(objects.state, "live"))
    .limit(most)
    .as("stored");
  const bytes = sum(stored.size_bytes).mapWith(Number);
  return db
    .select({ domain: stored.domain, objects: count(), bytes })
    .from(stored)
    .groupBy(sql`${stored.domain}`)
    .orderBy(desc(bytes));
}

function ownerOf() {
  const folder = sql`substr(${objects.key}, 1, instr(${objects.key}, '/') - 1)`;
  const byFolder = Object.entries(FOLDERS).map(([name, domain]) => sql`WHEN ${folder} = ${name} THEN ${domain}`);
  const byOrigin = Object.entries(ORIGINS).map(
    ([start, domain]) => sql`WHEN substr(${objects.origin}, 1, ${start.length}) = ${start} THEN ${domain}`,
  );
  return sql<StorageOwner>`CASE ${sql.join([...byFolder, ...byOrigin], sql` `)} ELSE 'other' END`;
}
