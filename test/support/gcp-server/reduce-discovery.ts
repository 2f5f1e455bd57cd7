import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Discovery, Method, ShortType } from "./discovery.ts";
import { METHODS } from "./methods.ts";

/** References are followed this far from the answer; what lies deeper may be anything. */
const DEPTH = 4;

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

interface RawMethod {
  id: string;
  description?: string;
  httpMethod: string;
  flatPath?: string;
  path: string;
  parameters?: Record<string, Schema & { location: string }>;
  request?: Schema;
  response: Schema;
}

interface Resource {
  methods?: Record<string, RawMethod>;
  resources?: Record<string, Resource>;
}

interface Document extends Resource {
  rootUrl: string;
  servicePath: string;
  schemas: Record<string, Schema>;
}

const shorten = (schema: Schema): ShortType => {
  if (schema.$ref) return `#${schema.$ref}`;
  if (schema.enum) return `enum:${schema.enum.slice(0, 3).join("|")}`;
  if (schema.type === "array") return listOf("[]", shorten(schema.items ?? {}));
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, entry]) => [name, shorten(entry)]));
  }
  if (schema.additionalProperties) return listOf("{}", shorten(schema.additionalProperties));
  return schema.format ? `${schema.type}/${schema.format}` : (schema.type ?? "any");
};

const listOf = (prefix: string, entry: ShortType): ShortType =>
  typeof entry === "string" ? `${prefix}${entry}` : { [prefix]: entry };

const referenced = (type: ShortType): string[] =>
  typeof type === "string" ? (type.match(/(?<=#)\w+$/) ?? []) : Object.values(type).flatMap(referenced);

function find(resource: Resource, id: string): RawMethod | undefined {
  const own = Object.values(resource.methods ?? {}).find((method) => method.id === id);
  if (own) return own;
  for (const child of Object.values(resource.resources ?? {})) {
    const found = find(child, id);
    if (found) return found;
  }
  return undefined;
}

/** A flat path made from several patterns names its parts after none of them. */
const isTelling = (flatPath: string | undefined) => flatPath !== undefined && !/\{(v\d+Id|\w+Id1)\}/.test(flatPath);

function reduceMethod(name: string, document: Document, suffix: string): Method {
  const raw = find(document, `${name.split(".")[0]}.${suffix}`);
  if (!raw) throw new Error(`${name} has no method ${suffix}`);
  const query = Object.entries(raw.parameters ?? {}).filter(([, { location }]) => location === "query");
  const request = document.schemas[raw.request?.$ref ?? ""];
  return {
    id: `${name}:${suffix}`,
    verb: raw.httpMethod,
    host: new URL(document.rootUrl).host,
    path: `/${document.servicePath}${isTelling(raw.flatPath) ? raw.flatPath : raw.path}`,
    query: {
      ...Object.fromEntries(query.map(([key, parameter]) => [key, shorten(parameter)])),
      // Compute Engine's document describes it without listing it.
      ...(raw.description?.includes("`returnPartialSuccess`") && { returnPartialSuccess: "boolean" }),
    },
    body: Object.keys(request?.properties ?? {}),
    response: raw.response.$ref ?? "",
  };
}

/** The schemas that answers consist of. */
function reduceSchemas(document: Document, answers: string[]): Discovery["schemas"][string] {
  const kept: Discovery["schemas"][string] = {};
  let wanted = answers;
  for (let depth = 0; depth <= DEPTH && wanted.length > 0; depth++) {
    const fresh = [...new Set(wanted)].filter((name) => !(name in kept));
    for (const name of fresh) {
      const short = shorten({ properties: {}, ...document.schemas[name] });
      kept[name] = typeof short === "string" ? { "{}": short.slice(2) } : short;
    }
    wanted = fresh.flatMap((name) => referenced(kept[name] ?? {}));
  }
  return kept;
}

/** Writes what tests use of Google's discovery documents; run by hand with the folder of the documents. */
async function main(folder: string): Promise<void> {
  const discovery: Discovery = { methods: [], schemas: {} };
  for (const [name, suffixes] of Object.entries(METHODS)) {
    const document: Document = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
    const methods = suffixes.map((suffix) => reduceMethod(name, document, suffix));
    discovery.methods.push(...methods);
    const answers = methods.map(({ response }) => response);
    discovery.schemas[name] = reduceSchemas(document, answers);
  }
  await writeFile(
    join(import.meta.dirname, "../../fixtures/gcp/discovery.json"),
    `${JSON.stringify(discovery, null, 1)}\n`,
  );
}

await main(process.argv[2] ?? "");
