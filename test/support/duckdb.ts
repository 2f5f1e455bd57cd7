import { Buffer } from "node:buffer";
import { inject } from "vitest";
import type { DuckdbQuestion } from "./duckdb-server.ts";

/** Rows as DuckDB answers them; `{name}` in the SQL stands for the file of that name. */
export async function askDuckdb<Row>(sql: string, files: Record<string, Uint8Array>): Promise<Row[]> {
  const question: DuckdbQuestion = {
    sql,
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
    ),
  };
  const response = await fetch(inject("duckdbUrl"), { method: "POST", body: JSON.stringify(question) });
  if (!response.ok) throw new Error(`DuckDB: ${await response.text()}`);
  return response.json();
}

/** A file of the rows of a query as DuckDB writes it; `options` are those of its COPY. */
export async function writeWithDuckdb(
  sql: string,
  options: string,
  files: Record<string, Uint8Array> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const copy = `COPY (${sql}) TO {written} (${options}); SELECT base64(content) AS content FROM read_blob({written})`;
  const [row] = await askDuckdb<{ content: string }>(copy, { ...files, written: new Uint8Array() });
  return Uint8Array.from(Buffer.from(row?.content ?? "", "base64"));
}
