import { sql } from "drizzle-orm";
import type { NamingColumn } from "../../platform/repair/names.ts";
import { jobs } from "../../platform/jobs/tables.ts";
import { COLLECT } from "./collection-schedule.ts";
import { bankReports, dataFiles } from "./tables.ts";

/** What names a person's objects. */
export const names: NamingColumn[] = [
  { table: dataFiles, key: dataFiles.object_key },
  { table: bankReports, key: bankReports.object_key },
  { table: jobs, key: sql`(${jobs.results} ->> '$.screenshot')`, where: sql`${jobs.type} = ${COLLECT}` },
];
