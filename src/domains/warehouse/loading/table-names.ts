import { badRequest } from "../../../errors.ts";
import { joinNames, snakeCase } from "../../../formats/flatten-names.ts";

/** Keeps every SQL name well below what tools that read the warehouse accept. */
const LONGEST_TABLE_NAME = 120;
const LETTERS = /^[\p{L}_][\p{L}\p{N}_]*$/u;
/** SQLite's, D1's and our own. */
const RESERVED = /^(sqlite_|_catchment|_cf_|d1_)/i;
/** How the name of a table ends that holds one generation of another. */
export const GENERATION = /__v\d+$/i;

/**
 * The name by which SQL reads a table, a view over the generation that counts. Throws 400 for names that D1 keeps for
 * itself or that could be read in two ways.
 */
export function sqlName(schema: string, name: string): string {
  const joined = `${schema}__${name}`;
  const isSafe = LETTERS.test(joined) && joined.length <= LONGEST_TABLE_NAME && !GENERATION.test(joined);
  const isOneWay = schema !== "" && name !== "" && !schema.includes("__") && !schema.endsWith("_");
  if (!isSafe || !isOneWay || RESERVED.test(joined)) throw badRequest(`"${joined}" cannot be the name of a table`);
  return joined;
}

/** The table that holds one generation. */
export const storedName = (schema: string, name: string, generation: number) =>
  `${sqlName(schema, name)}__v${generation}`;

/** The table of a list, named after the table of its stream. */
export function listTableName(stream: string, lists: readonly string[]): string {
  const segments = lists.map((key) => snakeCase(key).replace(/^v(\d+)$/, "v_$1"));
  return `${stream}__${joinNames(segments)}`;
}

/** A name inside double quotes, whatever it holds. */
export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
