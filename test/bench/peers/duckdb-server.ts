import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { DuckDBInstance } from "@duckdb/node-api";
import { announce } from "./announce.ts";

const [file = "", output = ""] = process.argv.slice(2);
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** The engine writes the JSON itself: rows as JavaScript objects would take it several times as long. */
const SQL = `COPY (SELECT ts, open, high, low, close, volume FROM read_parquet(${quote(file)}) ORDER BY ts)
  TO ${quote(output)} (FORMAT json, ARRAY true)`;

const instance = await DuckDBInstance.create();
const connection = await instance.connect();

/** Reads the month with DuckDB for every request; expects one request at a time. */
const server = createServer((_request, response) => {
  connection.run(SQL).then(
    () => response.writeHead(200, { "Content-Type": "application/json" }).end(readFileSync(output)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
announce(server);
