import { scanStatement, splitStatements } from "./sql-text.ts";

/** D1 takes statements of 100,000 bytes (https://developers.cloudflare.com/d1/platform/limits/), and values of 2,000,000. */
const LONGEST_STATEMENT_BYTES = 90_000;
const LONGEST_LITERAL = 500;
const BATCH_STATEMENTS = 500;
/** All of an INSERT that comes before its row. */
const INSERT = /^INSERT INTO (?:"(?:[^"]|"")*"|\w+) \((?:(?:"(?:[^"]|"")*"|\w+),?)*\) VALUES(?=\()/;
const BATCH_BYTES = 1024 * 1024;

/** Runs SQL as an export has it, in batches; `onProgress` hears how many statements are done. */
export async function loadDatabase(
  db: D1Database,
  sql: AsyncIterable<string>,
  onProgress: (statements: number) => void,
): Promise<void> {
  let batch: D1PreparedStatement[] = [];
  let bytes = 0;
  let done = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await db.batch(batch);
    done += batch.length;
    onProgress(done);
    batch = [];
    bytes = 0;
  };
  for await (const statement of joinRows(splitStatements(sql))) {
    batch.push(prepare(db, statement));
    bytes += statement.length;
    if (batch.length >= BATCH_STATEMENTS || bytes >= BATCH_BYTES) await flush();
  }
  await flush();
}

/** Makes one INSERT of the rows of a table that follow each other: preparing a statement takes longer than running it. */
async function* joinRows(statements: AsyncIterable<string>): AsyncGenerator<string> {
  let before = "";
  let rows: string[] = [];
  let bytes = 0;
  for await (const statement of statements) {
    if (statement === "" || /^PRAGMA\b/i.test(statement)) continue;
    const start = INSERT.exec(statement)?.[0] ?? "";
    const size = Buffer.byteLength(statement);
    if (rows.length > 0 && (start !== before || bytes + size > LONGEST_STATEMENT_BYTES)) {
      yield before + rows.join(",");
      rows = [];
      bytes = 0;
    }
    before = start;
    if (start === "" || size > LONGEST_STATEMENT_BYTES || statement.includes("\0")) yield statement;
    else {
      rows.push(statement.slice(start.length));
      bytes += size;
    }
  }
  if (rows.length > 0) yield before + rows.join(",");
}

/** What makes a statement too long, or has a NUL in it, is handed over as a parameter. */
function prepare(db: D1Database, statement: string): D1PreparedStatement {
  if (Buffer.byteLength(statement) <= LONGEST_STATEMENT_BYTES && !statement.includes("\0"))
    return db.prepare(statement);
  const parameters: (string | Uint8Array)[] = [];
  let text = "";
  let position = 0;
  for (const [start, end] of scanStatement(statement, 0).literals) {
    const literal = statement.slice(start, end);
    if (literal.length < LONGEST_LITERAL && !literal.includes("\0")) continue;
    parameters.push(valueOf(literal));
    text += `${statement.slice(position, start)}?`;
    position = end;
  }
  return db.prepare(text + statement.slice(position)).bind(...parameters);
}

function valueOf(literal: string): string | Uint8Array {
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("''", "'");
  return new Uint8Array(Buffer.from(literal.slice(2, -1), "hex"));
}
