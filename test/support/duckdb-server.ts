import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { listenLocally } from "./listen-locally.ts";

declare module "vitest" {
  interface ProvidedContext {
    duckdbUrl: string;
  }
}

/** A query about files: `{name}` in the SQL stands for the file's path, quoted. */
export interface DuckdbQuestion {
  sql: string;
  /** Content by name, base64. */
  files: Record<string, string>;
}

/**
 * DuckDB behind HTTP, since tests run inside workerd, where native code cannot. POST a `DuckdbQuestion`; the answer is
 * the rows as a JSON array of objects, integers beyond 2^53 as text.
 */
export async function startDuckdbServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const instance = await DuckDBInstance.create();
  const server = createServer((request, response) => {
    answer(instance, request).then(
      (rows) => send(response, 200, JSON.stringify(rows, writeInteger)),
      (error: unknown) => send(response, 400, String(error)),
    );
  });
  const local = await listenLocally(server);
  return {
    url: local.url,
    async stop() {
      await local.close();
      instance.closeSync();
    },
  };
}

async function answer(instance: DuckDBInstance, request: IncomingMessage): Promise<unknown> {
  const { sql, files } = JSON.parse(await readText(request)) as DuckdbQuestion;
  const folder = await mkdtemp(join(tmpdir(), "catchment-duckdb-"));
  const connection = await instance.connect();
  try {
    let text = sql;
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, basename(name));
      await writeFile(path, Buffer.from(content, "base64"));
      text = text.replaceAll(`{${name}}`, `'${path.replaceAll("'", "''")}'`);
    }
    const reader = await connection.runAndReadAll(text);
    return reader.getRowObjectsJS();
  } finally {
    connection.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(body);
}

function writeInteger(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
