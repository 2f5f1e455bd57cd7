import { upstreamFailed } from "../../../errors.ts";
import type { RestApi, RestRequest } from "./api.ts";
import type { Call } from "./client.ts";
import { fillJson, fillText, type Values } from "./template.ts";

/** The call of a request; throws when a placeholder of its path has no value or would lead out of the path. */
export function fillRequest(
  { name, base_url }: Pick<RestApi, "name" | "base_url">,
  { method = "GET", path, query = {}, body }: RestRequest,
  values: Values,
): Call {
  const filled = fillText(path, values, encodeURIComponent);
  if (filled === null) throw upstreamFailed(`${name}: ${path} lacks a value`);
  if (filled.split(/[/?#]/).some((part) => part === "." || part === "..")) {
    throw upstreamFailed(`${name}: ${path} would lead to another place`);
  }
  const url = new URL(`${base_url.replace(/\/+$/, "")}/${filled.replace(/^\/+/, "")}`);
  for (const [parameter, texts] of Object.entries(query)) {
    for (const text of [texts].flat()) {
      const value = fillText(text, values);
      if (value !== null) url.searchParams.append(parameter, value);
    }
  }
  return { method, url, ...(body && { body: fillJson(body, values) }) };
}
