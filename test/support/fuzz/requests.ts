import fc, { type Arbitrary } from "fast-check";
import { content, filePart } from "./files.ts";
import { ACTORS, type ActorName, type Body, type FuzzRequest, placeholdersOf, toText } from "./fuzz-request.ts";
import { hostileText } from "./hostile.ts";
import { pick } from "./known.ts";
import { mutationOf } from "./mutations.ts";
import { isRecord, type Operation, type Parameter, type Schema } from "./operations.ts";
import { exampleBody, validValue } from "./values.ts";

const VALID_SHARE = 5;
const MUTATED_SHARE = 6;

/** Requests to an operation: what its schemas allow, and that with one to three things wrong. */
export function requestsTo(operation: Operation): Arbitrary<FuzzRequest> {
  const valid = validRequest(operation);
  const mutated = fc
    .tuple(valid, fc.array(mutationOf(operation), { minLength: 1, maxLength: 3 }))
    .map(([request, mutations]) => mutations.reduce((changed, mutate) => mutate(changed), request));
  return fc.oneof({ arbitrary: valid, weight: VALID_SHARE }, { arbitrary: mutated, weight: MUTATED_SHARE });
}

function validRequest({ path, parameters, bodies, access }: Operation): Arbitrary<FuzzRequest> {
  const inPath = placeholdersOf(path).map((name) => {
    const described = parameters.find((parameter) => parameter.in === "path" && parameter.name === name);
    const before = path.slice(0, path.indexOf(`{${name}}`) - 1);
    const kinds = [`at:${before}`, name];
    const made = validValue(described?.schema ?? { type: "string" }, name, kinds).map(toText);
    return [name, fc.oneof({ arbitrary: pick(kinds), weight: 4 }, { arbitrary: made, weight: 1 })] as const;
  });
  return fc.record({
    actor: actorFor(access),
    path: fc.record(Object.fromEntries(inPath), { noNullPrototype: true }) as Arbitrary<Record<string, string>>,
    query: pairsOf(parameters.filter((parameter) => parameter.in === "query")),
    headers: pairsOf(parameters.filter((parameter) => parameter.in === "header")),
    body: bodyOf(bodies),
    tail: fc.constant(""),
    times: fc.oneof({ arbitrary: fc.constant(1), weight: 15 }, { arbitrary: fc.constant(2), weight: 1 }),
  });
}

function actorFor(access: unknown): Arbitrary<ActorName> {
  const weights = { alice: 6, bob: 6, admin: access === "admin" ? 40 : 5, token: 2, nobody: 1, stale: 1 };
  return fc.oneof(...ACTORS.map((actor) => ({ arbitrary: fc.constant(actor), weight: weights[actor] })));
}

function pairsOf(parameters: Parameter[]): Arbitrary<[string, string][]> {
  const pairs = parameters.map(({ name, required, schema }) => {
    const pair = validValue(schema, name).map((value): [string, string][] => [[name, toText(value)]]);
    return required
      ? pair
      : fc.oneof({ arbitrary: fc.constant<[string, string][]>([]), weight: 2 }, { arbitrary: pair, weight: 1 });
  });
  return fc.tuple(...pairs).map((found) => found.flat());
}

function bodyOf(bodies: Record<string, Schema>): Arbitrary<Body | null> {
  const made = Object.entries(bodies).map(([type, schema]) => bodyOfType(type, schema));
  return made.length === 0 ? fc.constant(null) : fc.oneof(...made);
}

function bodyOfType(type: string, schema: Schema): Arbitrary<Body> {
  if (type === "application/json") {
    return fc
      .oneof(exampleBody(schema), validValue(schema, "body"))
      .map((value): Body => ({ kind: "json", type, value }));
  }
  if (type === "application/x-www-form-urlencoded") {
    return exampleBody(schema).map((value): Body => ({ kind: "form", value: isRecord(value) ? value : {} }));
  }
  if (type === "multipart/form-data") {
    return fc
      .tuple(fc.oneof(exampleBody(schema), validValue(schema, "body")), fc.option(filePart))
      .map(([value, file]): Body => {
        const { file: _file, ...fields } = isRecord(value) ? value : {};
        return { kind: "multipart", fields: Object.entries(fields).map(([key, entry]) => [key, toText(entry)]), file };
      });
  }
  if (type.startsWith("text/")) return hostileText.map((text): Body => ({ kind: "text", type, text }));
  return content.map((bytes): Body => ({ kind: "bytes", type, bytes }));
}
