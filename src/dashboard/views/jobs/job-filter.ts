import { type DomainName, domains } from "../../components/domains.ts";
import type { JobQuery } from "../../components/use-jobs.ts";

export const statuses = ["pending", "running", "completed", "failed", "cancelled"] as const;

export type JobFilter = Pick<JobQuery, "status" | "type" | "domain">;

/** The filters in an address; what is none is left out. */
export function readFilter(query: URLSearchParams): JobFilter {
  const status = statuses.find((one) => one === query.get("status"));
  const domain = Object.keys(domains).find((one): one is DomainName => one === query.get("domain"));
  const type = query.get("type")?.slice(0, 64) ?? "";
  return { ...(status && { status }), ...(domain && { domain }), ...(type !== "" && { type }) };
}
