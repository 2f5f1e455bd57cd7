import type { CloudIo } from "../cloud.ts";
import { CloudRefusal, malformedAnswer } from "../errors.ts";
import { readJsonAnswer } from "../json-answer.ts";
import { type Item, text } from "../json.ts";
import type { CloudClient } from "../service.ts";
import { missingParts } from "./missing.ts";
import { failureOf } from "./failures.ts";

/** One call of a Google API. The client adds `pageToken` to its query, or to its body where it has one. */
export interface GcpCall {
  /** Host of the API, such as `pubsub.googleapis.com`. */
  api: string;
  /** Path with a leading slash, not yet percent-encoded; resource names keep their slashes. */
  path: string;
  /** Undefined values are left out; a list repeats its name. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** GET when absent. */
  method?: "GET" | "POST";
  body?: Item;
}

/** Speaks to Google's APIs with the bearer token that `bearer` gives; throws as `CloudClient.send` does. */
export const createGcpClient = (io: CloudIo, bearer: () => Promise<string>): CloudClient<GcpCall> => ({
  async send(call, _scope, token) {
    const headers = { Authorization: `Bearer ${await bearer()}` };
    const body = await callGoogle(io, token === null ? call : pageOf(call, token), headers);
    const next = text(body["nextPageToken"]);
    // A page that leads to itself would be asked for ever.
    if (next !== null && next === token) throw malformedAnswer(nameOf(call));
    return { body, next, missing: missingParts(body) };
  },
});

const pageOf = (call: GcpCall, pageToken: string): GcpCall =>
  call.body ? { ...call, body: { ...call.body, pageToken } } : { ...call, query: { ...call.query, pageToken } };

/** Makes one call and reads its answer, which must be a JSON object; throws as `CloudClient.send` does. */
export async function callGoogle(
  io: CloudIo,
  call: GcpCall,
  headers: Record<string, string>,
  init: Pick<RequestInit, "signal"> = {},
): Promise<Item> {
  const request = { ...init, method: call.method ?? "GET", headers: { Accept: "application/json", ...headers } };
  const withBody = call.body && {
    body: JSON.stringify(call.body),
    headers: { ...request.headers, "Content-Type": "application/json" },
  };
  return readAnswer(io, nameOf(call), urlOf(io, call), { ...request, ...withBody });
}

/** Fetches and reads a JSON object; `name` is what the reasons of failures call the request. */
export async function readAnswer(io: CloudIo, name: string, url: URL, init: RequestInit): Promise<Item> {
  const answer = await readJsonAnswer(io, name, url.href, init);
  if (answer.status < 200 || answer.status > 299) throw failureOf(name, answer);
  if (!answer.body) throw malformedAnswer(name);
  return answer.body;
}

/** The address of a call; below `GCP_ENDPOINT_URL` the host is the first part of the path. */
export function urlOf({ endpoints }: CloudIo, { api, path, query = {} }: GcpCall): URL {
  const parts = path.split("/");
  if (parts.some((part) => part === "." || part === "..")) {
    throw new CloudRefusal(api, 400, "INVALID_NAME", "a resource's name cannot be part of a path");
  }
  const encoded = parts.map((part) => encodeURIComponent(part).replaceAll("%3A", ":").replaceAll("%40", "@")).join("/");
  const url = new URL(`${baseOf(endpoints.GCP_ENDPOINT_URL, api)}${encoded}`);
  for (const [key, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const entry of values) url.searchParams.append(key, String(entry));
  }
  return url;
}

/** Scheme and host of an API, or where a test server answers for it. */
export const baseOf = (endpoint: string, api: string) =>
  endpoint === "" ? `https://${api}` : `${endpoint.replace(/\/+$/, "")}/${api}`;

const nameOf = ({ api, path }: GcpCall) => `${api}${path}`;
