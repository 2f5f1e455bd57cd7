import { CloudRefusal } from "../errors.ts";
import { isItem, type Item } from "../json.ts";
import type { AwsModel, Operation } from "./model.ts";

/** A request before it has a host and a signature. */
export interface AwsRequest {
  method: string;
  /** Encoded path with its query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** Writes a call in its API's protocol. Throws `CloudRefusal` for a name that cannot stand in a path. */
export function buildRequest(model: AwsModel, name: string, operation: Operation, input: Item): AwsRequest {
  const { protocol } = model;
  if (protocol === "json") return buildJson(model, name, input);
  if (protocol === "ec2" || protocol === "query") return buildForm(model, name, operation, input);
  return buildRest(name, operation, input);
}

function buildJson({ json_version, target_prefix }: AwsModel, name: string, input: Item): AwsRequest {
  const headers = {
    "Content-Type": `application/x-amz-json-${json_version}`,
    "X-Amz-Target": `${target_prefix}.${name}`,
  };
  return { method: "POST", path: "/", headers, body: JSON.stringify(input) };
}

function buildForm({ protocol, api_version }: AwsModel, name: string, operation: Operation, input: Item): AwsRequest {
  const form = new URLSearchParams({ Action: name, Version: api_version });
  // EC2 numbers the entries of a list where the others call each `member`.
  const entry = protocol === "ec2" ? "" : ".member";
  const write = (key: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const [index, inner] of value.entries()) write(`${key}${entry}.${index + 1}`, inner);
    } else if (isItem(value)) {
      for (const [inner, entryValue] of Object.entries(value)) write(`${key}.${inner}`, entryValue);
    } else {
      form.set(key, String(value));
    }
  };
  for (const [member, value] of Object.entries(input)) write(operation.input?.[member]?.name ?? member, value);
  const headers = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
  return { method: "POST", path: "/", headers, body: form.toString() };
}

function buildRest(name: string, operation: Operation, input: Item): AwsRequest {
  let path = operation.uri;
  const query: string[] = [];
  for (const [member, value] of Object.entries(input)) {
    const written = operation.input?.[member];
    if (written?.location === "uri") path = path.replace(`{${written.name}}`, () => segment(name, String(value)));
    if (written?.location !== "querystring") continue;
    for (const one of [value].flat()) query.push(`${encode(written.name)}=${encode(String(one))}`);
  }
  if (query.length > 0) path += `${path.includes("?") ? "&" : "?"}${query.join("&")}`;
  return { method: operation.method, path, headers: { Accept: "application/json" }, body: null };
}

/** A part of a path. URLs drop parts of dots, and would ask for something else. */
function segment(name: string, part: string): string {
  if (part === "" || part === "." || part === "..") {
    throw new CloudRefusal(name, 400, "ValidationError", `"${part}" cannot stand in a path`);
  }
  return encode(part);
}

/** By RFC 3986, as signatures want it: all but letters, digits and `-._~`. */
const encode = (part: string): string =>
  encodeURIComponent(part).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
