import Papa from "papaparse";
import { badRequest } from "../errors.ts";

/** A small CSV file as texts. */
export interface CsvRecords {
  /** Of the first row. */
  names: string[];
  rows: string[][];
}

/**
 * All records of a CSV text in memory (RFC 4180); blank lines are none. Throws 400 for a row of another length than the
 * first, for an unfinished quotation, for too many columns, and for names that are missing or come twice.
 */
export function readRecords(
  text: string,
  { delimiter, most_columns }: { delimiter: string; most_columns: number },
): CsvRecords {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { delimiter, skipEmptyLines: true });
  const [problem] = errors;
  if (problem) throw badRequest(`Record ${(problem.row ?? 0) + 1}: ${problem.message}`);
  const [header = [], ...rows] = data;
  if (header.length > most_columns) throw badRequest(`A table has at most ${most_columns} columns`);
  const names = header.map((name) => name.trim());
  if (names.length === 0 || names.includes("")) throw badRequest("The first row does not name every column");
  const seen = new Set<string>();
  // A set that holds a name already does not grow.
  const twin = names.find((name, index) => seen.add(name.toLowerCase()).size === index);
  if (twin !== undefined) throw badRequest(`Two columns are named ${twin}`);
  const ragged = rows.findIndex((row) => row.length !== names.length);
  if (ragged !== -1) {
    throw badRequest(`Record ${ragged + 2} has ${rows[ragged]?.length} fields instead of ${names.length}`);
  }
  return { names, rows };
}
