import openapi from "../../../src/build/openapi.json" with { type: "json" };

/** A JSON Schema as the document writes it; what it says is looked at key by key. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Schema;
}

export interface Operation {
  method: string;
  /** With its parameters in braces. */
  path: string;
  access: unknown;
  parameters: Parameter[];
  /** Schemas of the request body by media type. */
  bodies: Record<string, Schema>;
  /** By status; what is no JSON has no schema. */
  answers: Map<number, Schema | null>;
}

const METHODS = ["get", "post", "put", "patch", "delete", "options"];

/** Every operation of the OpenAPI document. */
export function listOperations(): Operation[] {
  return Object.entries(openapi.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const described: unknown = Reflect.get(item, method);
      return isRecord(described) ? [readOperation(method, path, described)] : [];
    }),
  );
}

/** What a `$ref` names, else the schema itself. */
export function resolveSchema(schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  return asRecord(Reflect.get(openapi.components.schemas, $ref.split("/").at(-1) ?? ""));
}

/** The schema by itself, as a validator wants it. */
export const standAlone = (schema: Schema) => ({ ...schema, components: openapi.components });

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const asRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

function readOperation(method: string, path: string, described: Record<string, unknown>): Operation {
  const parameters = (Array.isArray(described["parameters"]) ? described["parameters"] : []) as Parameter[];
  const content = asRecord(asRecord(described["requestBody"])["content"]);
  const bodies = Object.entries(content).map(([type, body]) => [type, asRecord(asRecord(body)["schema"])] as const);
  const answers = Object.entries(asRecord(described["responses"])).map(([status, response]) => {
    const json = asRecord(asRecord(response)["content"])["application/json"];
    return [Number(status), json === undefined ? null : asRecord(asRecord(json)["schema"])] as const;
  });
  return {
    method: method.toUpperCase(),
    path,
    access: described["x-access"],
    parameters: parameters.filter((parameter) => parameter.in !== undefined),
    bodies: Object.fromEntries(bodies),
    answers: new Map(answers),
  };
}
