import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import Papa from "papaparse";
import { announce } from "./announce.ts";

/** A folder with `orders.csv`; the database is written beside it. */
const [folder = ""] = process.argv.slice(2);
const database = new DatabaseSync(join(folder, "orders.sqlite"));

/** Loads the CSV file into a table, as a script of a few lines would. */
async function load(): Promise<number> {
  database.exec("DROP TABLE IF EXISTS orders; BEGIN");
  const rows = createReadStream(join(folder, "orders.csv")).pipe(Papa.parse(Papa.NODE_STREAM_INPUT, { header: true }));
  let count = 0;
  let insert: ReturnType<DatabaseSync["prepare"]> | null = null;
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    const values = Object.values(row);
    if (!insert) {
      database.exec(`CREATE TABLE orders (${Object.keys(row).join(", ")})`);
      insert = database.prepare(`INSERT INTO orders VALUES (${values.map(() => "?").join(", ")})`);
    }
    insert.run(...values.map((value) => (value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value)));
    count += 1;
  }
  database.exec("COMMIT");
  return count;
}

const server = createServer((request, response) => {
  const answer = async () =>
    request.url === "/load"
      ? { rows: await load() }
      : database.prepare("SELECT region, count(*) AS orders, sum(amount) AS total FROM orders GROUP BY region").all();
  answer().then(
    (body) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
announce(server);
