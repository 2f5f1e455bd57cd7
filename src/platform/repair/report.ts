import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../jobs/tables.ts";
import type { Finding } from "./check.ts";

/** A finding as reports show it. */
export interface ReportedFinding {
  kind: string;
  key: string;
  detail: string;
  repaired: boolean;
}

export interface KindCount {
  found: number;
  repaired: number;
}

/** What a run has found so far. */
export interface Report {
  /** Rows, objects and files that were looked at, by check. */
  looked_at: Record<string, number>;
  counts: Record<string, KindCount>;
  /** Some of each kind. */
  findings: ReportedFinding[];
}

export const emptyReport: Report = { looked_at: {}, counts: {}, findings: [] };

/** The others are counted. */
const KEPT_OF_A_KIND = 50;
const LONGEST_KEY = 300;
/** Folders in which files have the names that people gave them. */
const NAMED_BY_PEOPLE = /^((?:uploads|bank-reports)\/[^/]+\/).+$/s;

/** The report with what one look has found. */
export function addFindings(report: Report, check: string, looked_at: number, findings: readonly Finding[]): Report {
  const next = structuredClone(report);
  next.looked_at[check] = (next.looked_at[check] ?? 0) + looked_at;
  for (const { kind, key, detail } of findings) {
    const count = (next.counts[kind] ??= { found: 0, repaired: 0 });
    count.found += 1;
    if (count.found <= KEPT_OF_A_KIND) next.findings.push({ kind, key: shownKey(key), detail, repaired: false });
  }
  return next;
}

/** The report once findings of it were repaired. */
export function addRepairs(report: Report, repaired: readonly Finding[]): Report {
  const next = structuredClone(report);
  for (const { kind, key } of repaired) {
    const count = next.counts[kind];
    if (count) count.repaired += 1;
    const shown = next.findings.find(
      (finding) => finding.kind === kind && finding.key === shownKey(key) && !finding.repaired,
    );
    if (shown) shown.repaired = true;
  }
  return next;
}

export function totalOf({ counts }: Report): KindCount {
  const total = { found: 0, repaired: 0 };
  for (const { found, repaired } of Object.values(counts)) {
    total.found += found;
    total.repaired += repaired;
  }
  return total;
}

const countsSchema = z.object({ counts: z.record(z.string(), z.object({ found: z.int(), repaired: z.int() })) });

/** How much of each kind a completed run has left as it was, from its results. */
export function openFindings(results: JsonObject): { kind: string; value: number }[] {
  const { data } = countsSchema.safeParse(results);
  return Object.entries(data?.counts ?? {}).map(([kind, { found, repaired }]) => ({ kind, value: found - repaired }));
}

/** A key without the file name that somebody gave, which may tell something of them; the random id before it is enough. */
function shownKey(key: string): string {
  return key.replace(NAMED_BY_PEOPLE, "$1…").slice(0, LONGEST_KEY);
}
