import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { announce } from "./announce.ts";

/** A folder with `report.parquet` and `report.csv`. */
const [folder = ""] = process.argv.slice(2);

const instance = await DuckDBInstance.create();
const duckdb = await instance.connect();

async function preview(source: string) {
  const rows = await duckdb.runAndReadAll(`SELECT * FROM ${source} LIMIT 200`);
  const total = await duckdb.runAndReadAll(`SELECT count(*) FROM ${source}`);
  return { rows: rows.getRowObjectsJson(), total: total.getRowsJson() };
}

/** The least and the largest price of each of 5,000 stretches, and where they are. */
async function series(source: string) {
  const rows = await duckdb.runAndReadAll(`WITH lines AS (SELECT row_number() OVER () AS n, date, price FROM ${source})
    SELECT arg_min(date, price), min(price), arg_max(date, price), max(price)
    FROM lines GROUP BY n * 5000 // (SELECT count(*) + 1 FROM lines) ORDER BY min(n)`);
  return rows.getRowsJson();
}

/** What is asked of a person's files, by reading them for every request; expects one request at a time. */
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "", "http://localhost");
  const [, file = "", question] = pathname.split("/");
  const path = `'${join(folder, file).replaceAll("'", "''")}'`;
  const source = file.endsWith(".csv") ? `read_csv(${path})` : `read_parquet(${path})`;
  (question === "preview" ? preview(source) : series(source)).then(
    (answer) => sendJson(response, answer),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
announce(server);

const sendJson = (response: ServerResponse, body: unknown) =>
  void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
