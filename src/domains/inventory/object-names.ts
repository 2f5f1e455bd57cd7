import { type SQL, sql } from "drizzle-orm";
import { jobs } from "../../platform/jobs/tables.ts";
import type { NamingColumn } from "../../platform/repair/names.ts";
import { objects } from "../../platform/storage/tables.ts";
import { hasPlan } from "./retention.store.ts";

const isExtraction = sql`${jobs.type} = 'extraction'`;

/** The file of lines of an extraction that has not been purged. */
export const names: NamingColumn[] = [
  { table: jobs, key: sql`(${jobs.results} ->> '$.lines_key')`, where: sql`${isExtraction} AND ${hasPlan}` },
];

/** Files of artifacts are known by the extraction that wrote them, until it is purged. */
export const kept: SQL[] = [
  sql`EXISTS (SELECT 1 FROM ${jobs} WHERE ${jobs.id} = ${objects.origin} AND ${isExtraction} AND ${hasPlan})`,
];
