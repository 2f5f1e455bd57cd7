import { type Schema as JsonSchema, Validator } from "@cfworker/json-schema";
import type { Marker } from "./markers.ts";
import { isRecord, type Operation, standAlone } from "./operations.ts";
import type { Answer } from "./send.ts";
import type { WireRequest } from "./wire.ts";

/** Everybody may get these for what is not the operation's own: another method, path, host or origin, a broken URL. */
const ANYWHERE = [200, 400, 403, 404, 405];
/** Ours, and true: an upstream does not answer, or something is not configured. */
const HONEST_FAILURES = [501, 502, 503];

const validators = new Map<Operation, Map<number, Validator | null>>();

/** What is wrong with an answer, as one sentence each; nothing where it is as the document promises. */
export function judge(
  operation: Operation,
  wire: WireRequest,
  answer: Answer,
  actor: string,
  markers: Marker[],
): string[] {
  return [
    ...judgeStatus(operation, wire, answer),
    ...(answer.status >= 400 ? judgeError(answer) : judgeBody(operation, wire, answer)),
    ...judgeMarkers(wire, answer, actor, markers),
  ];
}

function judgeStatus({ answers, method }: Operation, { target }: WireRequest, { status, text }: Answer): string[] {
  if (status >= 500) {
    const isHonest = HONEST_FAILURES.includes(status) && answers.has(status) && !text.includes('"INTERNAL_ERROR"');
    return isHonest ? [] : [`answers ${status}`];
  }
  // A browser's question before it asks is answered for every path.
  if (answers.has(status) || (method === "OPTIONS" && status === 204)) return [];
  if (isElsewhere(target) && ANYWHERE.includes(status)) return [];
  return [`answers ${status}, which the document does not have`];
}

/** What slashes, dots or the end of a line in a name make of a path is another route's matter, or none's. */
const isElsewhere = (target: string) => /\/\/|%2F|%5C|%0A|%0D|\/\.{1,2}(\/|$)|%2E/i.test(target.split("?", 1)[0] ?? "");

function judgeError({ headers, text, status }: Answer): string[] {
  if (!headers["content-type"]?.startsWith("application/json")) return [`answers ${status} that is no JSON`];
  const body = parse(text);
  const isOurs =
    isRecord(body) &&
    /^[A-Z][A-Z0-9_]*$/.test(String(body["error"])) &&
    typeof body["message"] === "string" &&
    body["detail"] === body["message"] &&
    Array.isArray(body["errors"]) &&
    !Number.isNaN(Date.parse(String(body["timestamp"])));
  return isOurs ? [] : [`answers ${status} with another body than that of an error`];
}

function judgeBody(operation: Operation, { target }: WireRequest, { status, headers, text }: Answer): string[] {
  if (status === 204 || status === 304) return text === "" ? [] : [`answers ${status} with a body`];
  // With an envelope it is laid into another body, which the document describes in words.
  const isAnother = isElsewhere(target) || /[?&]envelope=/.test(target);
  const isJson = headers["content-type"]?.startsWith("application/json") ?? false;
  const validator = isJson && !isAnother ? validatorFor(operation, status) : null;
  if (validator === null) return [];
  const body = parse(text);
  if (body === undefined) return [`answers ${status} with JSON that is none`];
  const { valid, errors } = validator.validate(body);
  const worst = errors.at(-1);
  return valid ? [] : [`answers ${status} unlike its schema: ${worst?.instanceLocation} ${worst?.error}`];
}

function validatorFor(operation: Operation, status: number): Validator | null {
  const known = validators.get(operation) ?? new Map<number, Validator | null>();
  validators.set(operation, known);
  const found = known.get(status);
  if (found !== undefined) return found;
  const schema = operation.answers.get(status);
  // The document's schemas are JSON Schema of 2020-12 (OpenAPI 3.1).
  const made = schema ? new Validator(standAlone(schema) as JsonSchema, "2020-12") : null;
  known.set(status, made);
  return made;
}

function judgeMarkers(
  { target, headers: sent, body }: WireRequest,
  { text, headers }: Answer,
  actor: string,
  markers: Marker[],
) {
  const answered = `${JSON.stringify(headers)}${text}`;
  const asked = () => `${target}${JSON.stringify(sent)}${body?.toString() ?? ""}`;
  return markers
    .filter(
      (marker) => !marker.readers.includes(actor) && answered.includes(marker.text) && !asked().includes(marker.text),
    )
    .map(({ what }) => `shows ${what} to ${actor}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
