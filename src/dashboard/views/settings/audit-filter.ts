import type { Schemas } from "../../../client/client.ts";

type Action = Schemas["AuditEntry"]["action"];

/** What is audited, by its type. */
export const KINDS: Record<string, string> = {
  instrument: "Instrument",
  instrument_token: "Token of an instrument",
  storage_location: "Storage location",
  schedule: "Schedule",
  hook: "Hook",
  file: "File",
  project: "Project",
  group: "Group",
  service_account: "Service account",
  api_token: "API token",
  user: "User",
};

export const ACTIONS: Record<Action, string> = {
  create: "created",
  update: "changed",
  delete: "deleted",
  restore: "restored",
  login: "signed in",
  login_failed: "failed to sign in",
  logout: "signed out",
};

/** The filters in an address; what is none is left out. Days are those of the reader's own zone. */
export function readAuditFilter(query: URLSearchParams) {
  const action = Object.keys(ACTIONS).find((one): one is Action => one === query.get("action"));
  const texts = ["entity_type", "entity_id", "actor_id"].map((name) => [name, query.get(name) ?? ""]);
  const since = edgeOf(query.get("since"), "00:00:00.000");
  const until = edgeOf(query.get("until"), "23:59:59.999");
  return {
    ...Object.fromEntries(texts.filter(([, text]) => text !== "")),
    ...(action && { action }),
    ...(since !== null && { since }),
    ...(until !== null && { until }),
  };
}

function edgeOf(day: string | null, time: string): string | null {
  const edge = new Date(`${day}T${time}`);
  return Number.isNaN(edge.getTime()) ? null : edge.toISOString();
}
