import type { SchemaElement } from "hyparquet";
import { isDecimal } from "./parquet-decimals.ts";

/** The columns of a file that are not inside another. */
export function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  const next = (index: number): number => {
    let after = index + 1;
    for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) after = next(after);
    return after;
  };
  for (let index = 1; index < schema.length; index = next(index)) {
    const element = schema[index];
    if (element) columns.push(element);
  }
  return columns;
}

/** Types that hyparquet throws at; without them it hands the bytes out. */
const REFUSED = new Set<unknown>(["INTERVAL", "BSON"]);

/**
 * The schema by which hyparquet is to read, so that it refuses no column and rounds no decimal: these come as the whole
 * numbers that are stored, for `jsonValueOf` of the file's own schema.
 */
export function readableSchema(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns = new Set(topLevel(schema));
  return schema.map((element) => {
    const { converted_type, ...stored } = element;
    return REFUSED.has(converted_type) || (columns.has(element) && isDecimal(element)) ? stored : element;
  });
}
