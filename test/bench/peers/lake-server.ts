import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { announce } from "./announce.ts";

/** A folder with `manifest.sqlite`, `million.parquet` and `year.parquet`; what is received is written beside them. */
const [folder = ""] = process.argv.slice(2);
const file = (name: string) => join(folder, name);
const quoted = (name: string) => `'${file(name).replaceAll("'", "''")}'`;

const manifest = new DatabaseSync(file("manifest.sqlite"), { readOnly: true });
const instance = await DuckDBInstance.create();
const duckdb = await instance.connect();

const sendJson = (response: ServerResponse, body: unknown) =>
  void response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));

/** The columns of the terminals' CSV, made by the engine. */
const TERMINAL_CSV = `COPY (SELECT 'BTCUSDT' AS ticker, 1 AS per, strftime(make_timestamp(ts * 1000), '%Y%m%d') AS date,
  strftime(make_timestamp(ts * 1000), '%H%M%S') AS time, open, high, low, close, volume
  FROM read_parquet(${quoted("year.parquet")}) ORDER BY ts) TO ${quoted("export.csv")} (HEADER)`;

async function receive(request: IncomingMessage, name: string): Promise<string> {
  const hash = createHash("sha256");
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(request, digest, createWriteStream(file(name)));
  return hash.digest("hex");
}

const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
  "/list": (_request, response) =>
    sendJson(
      response,
      manifest.prepare("SELECT id, symbol, exchange, market, path, type FROM manifest ORDER BY id").all(),
    ),
  "/page": (_request, response) =>
    sendJson(response, {
      datasets: manifest.prepare("SELECT * FROM manifest ORDER BY id LIMIT 20 OFFSET 50000").all(),
      total: manifest.prepare("SELECT count(*) AS total FROM manifest").get(),
    }),
  "/preview": async (_request, response) => {
    const source = `read_parquet(${quoted("million.parquet")})`;
    const rows = await duckdb.runAndReadAll(`SELECT * FROM ${source} LIMIT 200`);
    const total = await duckdb.runAndReadAll(`SELECT count(*) FROM ${source}`);
    sendJson(response, { rows: rows.getRowObjectsJson(), total: total.getRowsJson() });
  },
  "/export": async (_request, response) => {
    await duckdb.run(TERMINAL_CSV);
    sendJson(response, { status: "success" });
  },
  "/exported": (_request, response) => pipeline(createReadStream(file("export.csv")), response),
  "/upload": async (request, response) => sendJson(response, { sha256: await receive(request, "upload.bin") }),
  "/csv": async (request, response) => {
    await receive(request, "received.csv");
    const month = "strftime(make_timestamp(ts * 1000), '%Y%m') AS month";
    await duckdb.run(`COPY (SELECT *, ${month} FROM read_csv(${quoted("received.csv")}) ORDER BY ts)
      TO ${quoted("months")} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY month, OVERWRITE)`);
    sendJson(response, { status: "completed" });
  },
};

/** What the lake does, done by the engine a user would take instead; expects one request at a time. */
const server = createServer((request, response) => {
  const route = routes[request.url ?? ""];
  Promise.resolve(route?.(request, response)).catch((error: unknown) => response.writeHead(500).end(String(error)));
});
announce(server);
