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
 * first, for an unfinished quotation, and for names that are missing or come twice.
 */
export function readRecords(text: string, delimiter = ","): CsvRecords {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { delimiter, skipEmptyLines: true });
  const [problem] = errors;
  if (problem) throw badRequest(`Record ${(problem.row ?? 0) + 1}: ${problem.message}`);
  const [header = [], ...rows] = data;
  const names = header.map((name) => name.trim());
  if (names.length === 0 || names.includes("")) throw badRequest("The first row does not name every column");
  const folded = names.map((name) => name.toLowerCase());
  const twin = names.find((_, index) => folded.indexOf(folded[index] ?? "") !== index);
  if (twin !== undefined) throw badRequest(`Two columns are named ${twin}`);
  const ragged = rows.findIndex((row) => row.length !== names.length);
  if (ragged !== -1) {
    throw badRequest(`Record ${ragged + 2} has ${rows[ragged]?.length} fields instead of ${names.length}`);
  }
  return { names, rows };
}
