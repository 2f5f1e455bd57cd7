import { expect, it } from "vitest";
import document from "../../../src/build/openapi.json" with { type: "json" };

interface Operation {
  parameters?: { name?: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  "x-access": unknown;
}

interface Schema {
  $ref?: string;
  type?: unknown;
  allOf?: Schema[];
  properties?: Record<string, Schema>;
}

const METHODS = ["get", "post", "put", "patch", "delete", "options"];

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    // The document's shape is a union of all its routes; what is looked at here, each of them has.
    const operation = Reflect.get(item, method) as Operation | undefined;
    return operation ? [{ name: `${method.toUpperCase()} ${path}`, operation }] : [];
  }),
);

/** Names of the operations that should document an answer and do not. */
const without = (status: number, should: (operation: Operation, name: string) => boolean) =>
  operations
    .filter(({ name, operation }) => should(operation, name) && operation.responses[status] === undefined)
    .map(({ name }) => name);

const isIdempotent = ({ parameters = [] }: Operation) => parameters.some(({ name }) => name === "idempotency-key");

/** They start a job, or open what is counted, without an `Idempotency-Key`. */
const COUNTED = [
  "POST /api/sources",
  "POST /api/sources/{source_name}/sync",
  "POST /api/v1/ingest/file",
  "PUT /user/collect_automatically",
  "GET /ws",
  "GET /ws/jobs/{job_id}",
];

it("says where a body can be too large", () => {
  expect(operations.length).toBeGreaterThan(250);
  expect(without(413, ({ requestBody }) => requestBody !== undefined)).toEqual([]);
  expect(without(413, (_operation, name) => /^GET \/api\/v1\/.*export(\/|$)/.test(name))).toEqual([]);
});

it("says where there can be too much: jobs, sources, sockets, requests of a minute", () => {
  expect(operations.filter(({ operation }) => isIdempotent(operation)).length).toBeGreaterThan(10);
  expect(without(429, isIdempotent)).toEqual([]);
  expect(without(429, (_operation, name) => COUNTED.includes(name))).toEqual([]);
  expect(without(429, (_operation, name) => /\/(login|register|extraction\/)/.test(name))).toEqual([]);
});

it("says that a key can be in use", () => {
  expect(without(409, isIdempotent)).toEqual([]);
});

it("says that the warehouse answers wrong requests with 400", () => {
  const ofWarehouse = ({ "x-access": access }: Operation) => JSON.stringify(access).includes('"warehouse"');
  expect(operations.filter(({ operation }) => ofWarehouse(operation)).length).toBeGreaterThan(40);
  expect(without(400, ofWarehouse)).toEqual([]);
});

it("has patterns that texts can match", () => {
  const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
  const texts = patterns.map((found) => String(JSON.parse(found[1] ?? "")));
  expect(texts).toContain("^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$");
  expect(texts.filter((pattern) => /(?<!\\)\/[a-z]*$/.test(pattern))).toEqual([]);
});

it("asks for no field in two ways at once", () => {
  // Of the document's many shapes, these keys are all that is looked at.
  const schemas = document.components.schemas as unknown as Record<string, Schema>;
  const partsOf = (schema: Schema): Schema[] =>
    (schema.allOf ?? []).map((part) => (part.$ref ? (schemas[part.$ref.split("/").at(-1) ?? ""] ?? {}) : part));
  const typesOf = (parts: Schema[], field: string) =>
    new Set(
      parts.flatMap(({ properties = {} }) => (properties[field] ? [JSON.stringify(properties[field].type)] : [])),
    );
  const contradictions = Object.entries(schemas).flatMap(([name, schema]) => {
    const parts = partsOf(schema);
    const fields = new Set(parts.flatMap(({ properties = {} }) => Object.keys(properties)));
    return [...fields].filter((field) => typesOf(parts, field).size > 1).map((field) => `${name}.${field}`);
  });
  expect(contradictions).toEqual([]);
});
