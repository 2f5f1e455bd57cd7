import { z } from "@hono/zod-openapi";
import { done, failed, type RunningJob, type SliceOutcome } from "../../platform/jobs/define.ts";

export const collectionParams = z.object({ owner: z.string() });

/** A report that a run has kept, as its results show it. */
export const keptReportSchema = z
  .object({
    id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
    report: z.string().openapi({ description: "Which of the bank's reports it is", example: "transactions" }),
    filename: z.string().openapi({ example: "transactions.csv" }),
    new_rows: z.int().openapi({ description: "Rows that no earlier report had", example: 12 }),
    balances_match: z
      .boolean()
      .nullable()
      .openapi({ description: "Whether its balances add up; null when it carries none", example: null }),
  })
  .openapi("CollectedReport");
export type KeptReport = z.infer<typeof keptReportSchema>;

/** Where a run is. */
const collectionCursor = z.object({
  /** Set before the password leaves: nobody signs in for this run again. */
  password_sent: z.boolean().catch(true),
  /** Names of the data files that its reports went to. */
  files: z.array(z.string()).catch([]),
  reports: z.array(keptReportSchema).catch([]),
  /** What could not be kept, as `report: reason`. */
  errors: z.array(z.string()).catch([]),
  /** Why it ended before its end. */
  failure: z.string().nullable().catch(null),
  /** Key in the lake of the sealed picture of the page that it failed at. */
  screenshot: z.string().nullable().catch(null),
  ended: z.boolean().catch(false),
});
export type CollectionCursor = z.output<typeof collectionCursor>;

export type CollectionRun = RunningJob<z.output<typeof collectionParams>, CollectionCursor>;

export const START: CollectionCursor = {
  password_sent: false,
  files: [],
  reports: [],
  errors: [],
  failure: null,
  screenshot: null,
  ended: false,
};

/** A cursor of another version of the job; one that does not tell counts as one whose password was sent. */
export function readCollectionCursor(cursor: unknown): CollectionCursor {
  const { data } = collectionCursor.safeParse(cursor);
  return data ?? { ...START, password_sent: true };
}

export const INTERRUPTED = "interrupted after login";

/** A run whose attempt was lost while somebody was signed in at the bank. */
export const interrupted = (cursor: CollectionCursor): CollectionCursor => ({ ...cursor, failure: INTERRUPTED });

/** How a run ends: what it has kept stays, whatever came after. */
export function conclude({ files, reports, errors, failure, screenshot }: CollectionCursor): SliceOutcome {
  const results = { files, reports, ...(screenshot === null ? {} : { screenshot }) };
  if (failure !== null) return failed(results, [failure, ...errors]);
  return reports.length === 0 && errors.length > 0 ? failed(results, errors) : done(results, errors);
}

/** What a run's results say of it. */
export const collectionResults = z
  .object({
    files: z.array(z.string()).default([]),
    reports: z.array(keptReportSchema).default([]),
    screenshot: z.string().nullable().default(null),
  })
  .nullable()
  .transform((results) => results ?? { files: [], reports: [], screenshot: null });
