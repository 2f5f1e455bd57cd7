import Papa from "papaparse";

/** One row with quotation marks, and how much of the file it takes. */
export interface QuotedRow {
  fields: string[];
  /** Bytes, line end included. */
  length: number;
  lines: number;
}

const NEWLINE = 10;
const QUOTE = 34;

/** The first row of bytes that begin with one (RFC 4180); null when it does not end in them. */
export function splitQuotedRow(bytes: Uint8Array, delimiter: string): QuotedRow | null {
  let quoted = false;
  let lines = 0;
  // A doubled quotation mark inside a field turns twice.
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) quoted = !quoted;
    if (byte !== NEWLINE) continue;
    lines += 1;
    if (!quoted) return { fields: parseRow(bytes.subarray(0, index), delimiter), length: index + 1, lines };
  }
  return null;
}

function parseRow(bytes: Uint8Array, delimiter: string): string[] {
  const text = new TextDecoder().decode(bytes).replace(/\r$/, "");
  const { data } = Papa.parse<string[]>(text, { delimiter, newline: "\n" });
  return data[0] ?? [];
}
