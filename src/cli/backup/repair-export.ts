import { readRows, readTables, type Table } from "./read-rows.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/**
 * Statements that put right what D1's export spoils: it hands cells through JavaScript's numbers, and writes line breaks
 * as `replace('…\n…', '\n', char(10))`, which also changes a `\n` that was there before. Each statement changes one cell,
 * and only where it is what the export made of the true value: a row changed since stays as it was exported.
 */
export async function* repairExport(db: D1Database): AsyncGenerator<string> {
  for (const table of await readTables(db)) {
    for (const [index, column] of table.columns.entries()) {
      for await (const { cells } of readRows(db, table, suspect(quoteName(column.name), column.type))) {
        const literal = cells[index] ?? "NULL";
        if (exportedForm(literal) !== literal) yield repairCell(table, cells, index, literal);
      }
    }
  }
}

function repairCell({ name, columns, rowid }: Table, cells: string[], index: number, literal: string): string {
  const isKeyed = columns.some(({ key }) => key > 0);
  const compared = columns.flatMap((column, at) => {
    if (isKeyed && column.key === 0 && at !== index) return [];
    const cell = cells[at] ?? "NULL";
    // Columns are put right from the first to the last.
    return [{ name: quoteName(column.name), cell: at < index ? cell : exportedForm(cell) }];
  });
  const names = compared.map((column) => column.name).join(",");
  const values = compared.map(({ cell }) => cell).join(",");
  const isRow = compared.length === 1 ? `${names} IS ${values}` : `(${names}) IS (${values})`;
  // One row only: others may look the same by right, where there is no key.
  const first = `SELECT ${rowid} FROM ${quoteName(name)} WHERE ${isRow} LIMIT 1`;
  return `UPDATE ${quoteName(name)} SET ${quoteName(columns[index]?.name ?? "")} = ${literal} WHERE ${rowid} = (${first});\n`;
}

/** Whether the export may have changed a cell: as SQL, since most tables have no such cell. */
function suspect(column: string, type: string): string {
  // Any other column makes of 1 and of 1.0 the same (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
  const tellsRealsApart = type === "" || /blob/i.test(type);
  const both = (character: string, escape: string) =>
    `(instr(${column}, ${character}) > 0 AND instr(${column}, '${escape}') > 0)`;
  return `CASE typeof(${column})
    WHEN 'integer' THEN ${column} NOT BETWEEN -9007199254740991 AND 9007199254740991
    WHEN 'real' THEN ${tellsRealsApart ? `${column} = round(${column}) AND abs(${column}) < 1e15` : "0"}
    WHEN 'text' THEN ${both("char(10)", "\\n")} OR ${both("char(13)", "\\r")}
    ELSE 0 END`;
}

function exportedForm(literal: string): string {
  if (!literal.startsWith("'"))
    return /^-?[\d.]/.test(literal) && Number.isFinite(Number(literal)) ? String(Number(literal)) : literal;
  let text = literal.slice(1, -1).replaceAll("''", "'");
  if (text.includes("\r")) text = text.replaceAll("\\r", "\r");
  if (text.includes("\n")) text = text.replaceAll("\\n", "\n");
  return quoteText(text);
}
