import { isAuditAction } from "../../components/audit/audit-words.ts";

/** The filters in an address; what is none is left out. Days are those of the reader's own zone. */
export function readAuditFilter(query: URLSearchParams) {
  const action = query.get("action");
  const texts = ["entity_type", "entity_id", "actor_id"].map((name) => [name, query.get(name) ?? ""]);
  const since = edgeOf(query.get("since"), "00:00:00.000");
  const until = edgeOf(query.get("until"), "23:59:59.999");
  return {
    ...Object.fromEntries(texts.filter(([, text]) => text !== "")),
    ...(isAuditAction(action) && { action }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
  };
}

function edgeOf(day: string | null, time: string): string | null {
  const edge = new Date(`${day}T${time}`);
  return Number.isNaN(edge.getTime()) ? null : edge.toISOString();
}
