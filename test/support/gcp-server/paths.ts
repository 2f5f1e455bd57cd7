import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Discovery, Method } from "./discovery.ts";

const content = readFileSync(join(import.meta.dirname, "../../fixtures/gcp/discovery.json"), "utf8");

const reduced: Discovery = JSON.parse(content);

/** All APIs list locations in one form. */
const run = { "run.v1": reduced.schemas["cloudscheduler.v1"] ?? {} };

export const discovery: Discovery = { ...reduced, schemas: { ...reduced.schemas, ...run } };

/** Cloud Run's version 1 lists locations, which version 2 cannot; its discovery document is not among ours. */
const RUN_LOCATIONS: Method = {
  id: "run.v1:projects.locations.list",
  verb: "GET",
  host: "run.googleapis.com",
  path: "/v1/projects/{projectsId}/locations",
  query: { pageSize: "integer", pageToken: "string" },
  body: [],
  response: "ListLocationsResponse",
};

/** Parameters that every method takes. */
const EVERYWHERE = new Set(["alt", "fields", "key", "prettyPrint", "quotaUser"]);

const pattern = (path: string) => {
  const parts = path.split(/(\{[^}]+\})/).map((part) => {
    if (part.startsWith("{+")) return ".+";
    return part.startsWith("{") ? "[^/]+" : part.replaceAll(/[.:]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("")}$`);
};

const patterns = [...discovery.methods, RUN_LOCATIONS].map((method) => ({ method, pattern: pattern(method.path) }));

/** The method that a request calls, or why no discovery document knows it. */
export function findMethod(verb: string, host: string, url: URL, body: Record<string, unknown>): Method | string {
  const found = patterns.find(
    (entry) => entry.method.host === host && entry.method.verb === verb && entry.pattern.test(url.pathname),
  );
  if (!found) return `${verb} ${host}${url.pathname}: no such method`;
  const { method } = found;
  for (const [key, value] of url.searchParams) {
    const type = method.query[key];
    if (type === undefined && !EVERYWHERE.has(key)) return `${method.id}: no parameter ${key}`;
    if (type === "integer/int32" && !/^\d+$/.test(value)) return `${method.id}: ${key} is not a number`;
  }
  const wrong = Object.keys(body).find((key) => !method.body.includes(key));
  return wrong === undefined ? method : `${method.id}: no member ${wrong} in the body`;
}
