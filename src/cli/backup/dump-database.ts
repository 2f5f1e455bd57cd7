import { readOtherSchema, readRows, readSequences, readTables } from "./read-rows.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/**
 * A whole database as SQL, statement by statement. Made by us for local data, because wrangler's export of these holds
 * all of it in memory, rounds integers above 2^53, makes 1 of 1.0, and turns `\n` into a line feed in a text that has
 * both. Consistent as long as nobody writes.
 */
export async function* dumpDatabase(db: D1Database): AsyncGenerator<string> {
  for (const table of await readTables(db)) {
    yield finished(table.sql);
    const names = table.columns.map(({ name }) => quoteName(name));
    if (!table.isNumbered) names.unshift(table.rowid);
    const insert = `INSERT INTO ${quoteName(table.name)} (${names.join(",")}) VALUES(`;
    for await (const { rowid, cells } of readRows(db, table)) {
      yield `${insert}${(table.isNumbered ? cells : [rowid, ...cells]).join(",")});\n`;
    }
  }
  const sequences = await readSequences(db);
  if (sequences.length > 0) yield "DELETE FROM sqlite_sequence;\n";
  for (const { name, seq } of sequences) {
    yield `INSERT INTO sqlite_sequence (name,seq) VALUES(${quoteText(name)},${seq});\n`;
  }
  for (const { sql } of await readOtherSchema(db)) yield finished(sql);
}

/** A view may end in a comment, which would swallow the semicolon on its line. */
function finished(sql: string): string {
  return `${sql}\n;\n`;
}
