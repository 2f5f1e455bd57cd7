import { Buffer } from "node:buffer";
import { isRecord, type Operation } from "./operations.ts";
import { type Body, type FuzzRequest, placeholdersOf } from "./fuzz-request.ts";

/** A request as it goes over the line. */
export interface WireRequest {
  method: string;
  /** From the slash to the end of the query. */
  target: string;
  headers: [name: string, value: string][];
  body: Buffer | null;
}

/** Puts what a token stands for in its place; `isStored` where the value may be kept by what is asked. */
export type Resolve = (text: string, isStored: boolean) => string;

const BOUNDARY = "fuzz-7d1c9f";

/** Composes a request to an operation; everything in it is encoded but what was made up to be wrong. */
export function composeRequest(operation: Operation, request: FuzzRequest, resolve: Resolve): WireRequest {
  const changes = operation.method !== "GET";
  const path = placeholdersOf(operation.path).reduce((before, name) => {
    // An empty segment would be another route.
    const value = resolve(request.path[name] ?? "", false) || "none";
    const encoded = encode(value);
    // A function: a dollar sign would mean something in a text.
    return before.replace(`{${name}}`, () => (name === "path" ? encoded.replaceAll("%2F", "/") : encoded));
  }, operation.path);
  const query = request.query.map(([name, value]) => `${encode(name)}=${encode(resolve(value, changes))}`).join("&");
  const tail = query === "" ? request.tail.replace(/^&/, "") : request.tail;
  const { type, bytes } = request.body
    ? composeBody(request.body, (text) => resolve(text, true))
    : { type: null, bytes: null };
  const sent = request.headers.map(([name, value]): [string, string] => [name, resolve(value, true)]);
  const own = sent.some(([name]) => name === "Content-Type");
  const headers: [string, string][] = type === null || own ? sent : [...sent, ["Content-Type", type]];
  return {
    method: operation.method,
    target: query === "" && tail === "" ? path : `${path}?${query}${tail}`,
    headers: headers.filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)),
    body: bytes,
  };
}

/** A line that sends the same again; tokens are named, not shown. */
export function curlOf(origin: string, { method, target, headers, body }: WireRequest, actor: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const given = headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const token = actor === "nobody" ? [] : [`-H "Authorization: Bearer $${actor.toUpperCase()}"`];
  const data = body === null ? [] : ["--data-binary @-"];
  const piped = body === null ? "" : `echo ${body.toString("base64")} | base64 -d | `;
  return `${piped}${["curl -sS -i --path-as-is -g", `-X ${method}`, ...token, ...given, ...data, quote(`${origin}${target}`)].join(" ")}`;
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed());

function composeBody(body: Body, resolve: (text: string) => string): { type: string; bytes: Buffer } {
  switch (body.kind) {
    case "json":
      return { type: "application/json", bytes: Buffer.from(JSON.stringify(resolveDeep(body.value, resolve)) ?? "") };
    case "text":
      return { type: body.type, bytes: Buffer.from(body.text) };
    case "bytes":
      return { type: body.type, bytes: Buffer.from(body.bytes) };
    case "form": {
      const pairs = Object.entries(body.value).map(
        ([name, value]) => `${encode(name)}=${encode(resolve(String(value)))}`,
      );
      return { type: "application/x-www-form-urlencoded", bytes: Buffer.from(pairs.join("&")) };
    }
    case "multipart":
      return composeMultipart(body, resolve);
  }
}

function composeMultipart({ fields, file }: Body & { kind: "multipart" }, resolve: (text: string) => string) {
  const head = (disposition: string) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const parts = fields.map(([name, value]) => Buffer.from(`${head(`name="${name}"`)}\r\n${resolve(value)}\r\n`));
  if (file) {
    const filename = resolve(file.filename).toWellFormed().replaceAll('"', "%22");
    parts.push(
      Buffer.from(`${head(`name="file"; filename="${filename}"`)}\r\n`),
      Buffer.from(file.content),
      Buffer.from("\r\n"),
    );
  }
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  return { type, bytes: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]) };
}

function resolveDeep(value: unknown, resolve: (text: string) => string): unknown {
  if (typeof value === "string") return resolve(value);
  if (Array.isArray(value)) return value.map((entry) => resolveDeep(entry, resolve));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveDeep(entry, resolve)]));
}
