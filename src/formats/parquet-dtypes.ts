import type { FileMetaData, SchemaElement } from "hyparquet";
import { isDecimal } from "./parquet-decimals.ts";
import { type Dtype, type TableColumn, withGaps } from "./table-source.ts";

/** How a column is read: decimals as numbers, days as times, so that both can be plotted. */
export function dtypeOfElement(element: SchemaElement): Dtype {
  const { type, converted_type, logical_type, num_children, repetition_type } = element;
  if (num_children || repetition_type === "REPEATED" || logical_type?.type === "NULL") return "object";
  if (converted_type === "DATE" || converted_type?.startsWith("TIMESTAMP") || type === "INT96") return "datetime64[ns]";
  if (logical_type?.type === "TIMESTAMP" || logical_type?.type === "DATE") return "datetime64[ns]";
  if (converted_type?.startsWith("TIME_") || logical_type?.type === "TIME") return "object";
  if (isDecimal(element) || logical_type?.type === "FLOAT16") return "float64";
  if (type === "BOOLEAN") return "bool";
  if (type === "INT32" || type === "INT64") return "int64";
  return type === "FLOAT" || type === "DOUBLE" ? "float64" : "object";
}

/** A column with pandas' own name of its type; `noted` is what pandas has written into the file about it. */
export function columnOf(element: SchemaElement, has_gaps: boolean, noted?: string): TableColumn {
  const { name } = element;
  const dtype = dtypeOfElement(element);
  const read = has_gaps ? withGaps(dtype) : dtype;
  const pandas_dtype = noted ?? (read === dtype ? sizedDtype(element) : undefined);
  return pandas_dtype === undefined || pandas_dtype === read
    ? { name, dtype: read }
    : { name, dtype: read, pandas_dtype };
}

function sizedDtype({ type, converted_type, logical_type, num_children }: SchemaElement): string | undefined {
  if (num_children || logical_type?.type === "NULL") return undefined;
  if (logical_type?.type === "TIMESTAMP") return logical_type.isAdjustedToUTC ? "datetime64[ns, UTC]" : undefined;
  if (logical_type?.type === "INTEGER") return `${logical_type.isSigned ? "" : "u"}int${logical_type.bitWidth}`;
  if (logical_type?.type === "FLOAT16") return "float16";
  if (/^U?INT_\d+$/.test(converted_type ?? "")) return converted_type?.replace("_", "").toLowerCase();
  if (converted_type !== undefined || logical_type !== undefined) return undefined;
  if (type === "FLOAT") return "float32";
  return type === "INT32" ? "int32" : undefined;
}

/** Types that only pandas' note tells: the file holds the same bytes for an `int64` with gaps as for an `Int64`. */
const NOTED = /^(U?Int(8|16|32|64)|Float(32|64)|boolean|string|datetime64\[\w+\])$/;

/** Types by column from the note that pandas leaves in its files; empty without one. */
export function notedDtypes({ key_value_metadata }: FileMetaData): Map<string, string> {
  const note = parseNote(key_value_metadata?.find(({ key }) => key === "pandas")?.value);
  const dtypes = new Map<string, string>();
  for (const { field_name, pandas_type, numpy_type, metadata } of note) {
    if (typeof field_name !== "string") continue;
    const zone = Object(metadata)["timezone"] as unknown;
    if (pandas_type === "categorical") dtypes.set(field_name, "category");
    else if (pandas_type === "datetimetz" && typeof zone === "string")
      dtypes.set(field_name, `datetime64[ns, ${zone}]`);
    else if (typeof numpy_type === "string" && NOTED.test(numpy_type)) dtypes.set(field_name, numpy_type);
  }
  return dtypes;
}

/** https://pandas.pydata.org/docs/development/developer.html; a note of another shape says nothing. */
function parseNote(text: string | undefined): Record<string, unknown>[] {
  try {
    const { columns } = Object(JSON.parse(text ?? "")) as { columns?: unknown };
    return Array.isArray(columns) ? columns.map((column) => Object(column) as Record<string, unknown>) : [];
  } catch {
    return [];
  }
}
