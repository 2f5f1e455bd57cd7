import { Parser } from "htmlparser2";
import type { CellGrid } from "./cell-grid.ts";
import { cellOfText, decimalSignOf } from "./number-cells.ts";
import { countingCells, MOST_REPORT_CELLS, unreadable } from "./report.ts";

interface HtmlCell {
  text: string;
  /** The exact number that Excel's HTML has beside the one it shows. */
  number: string | undefined;
  columns: number;
  rows: number;
}

interface HtmlTable {
  caption: string;
  rows: HtmlCell[][];
  /** Holds other tables, so that it only places them. */
  isLayout: boolean;
}

const UNSEEN = new Set(["script", "style", "template", "head"]);
/** Of a table, each of which takes memory. */
const PARTS = new Set(["table", "tr", "td", "th"]);
const BREAKS = new Set(["br", "p", "div", "li"]);
const MOST_SPANNED = 1000;
/** Of elements in one another: the parser's stack takes quadratic time. */
const DEEPEST = 1000;

/**
 * The tables of a page, also of one that is called a spreadsheet; merged cells are repeated. Numbers are read by the
 * decimal sign that all of the page shows. Throws `unreadable` for a page without a table or cut off in one.
 */
export function readHtmlTables(text: string): CellGrid[] {
  const tables = collectTables(text).filter(({ rows, isLayout }) => !isLayout && rows.some((row) => row.length > 0));
  if (tables.length === 0) throw unreadable("it is HTML without a table");
  const decimal = decimalSignOf(texts(tables));
  const count = countingCells(MOST_REPORT_CELLS);
  return tables.map(({ caption, rows }) => ({
    name: caption,
    rows: spread(rows, count).map((row) =>
      row.map((cell) => {
        if (cell?.number !== undefined && Number.isFinite(Number(cell.number))) return Number(cell.number);
        return cellOfText(cell?.text ?? "", decimal);
      }),
    ),
  }));
}

function* texts(tables: readonly HtmlTable[]): Generator<string> {
  for (const { rows } of tables) for (const row of rows) for (const { text } of row) yield text;
}

function collectTables(text: string): HtmlTable[] {
  const found: HtmlTable[] = [];
  const open: HtmlTable[] = [];
  let unseen = 0;
  let depth = 0;
  let target: { text: string } | { caption: string } | null = null;
  const count = countingCells(MOST_REPORT_CELLS);
  const write = (part: string) => {
    if (target === null || unseen > 0) return;
    if ("text" in target) target.text += part;
    else target.caption += part;
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (++depth > DEEPEST) throw unreadable(`its elements are nested more than ${DEEPEST} deep`);
      if (PARTS.has(name)) count(1);
      const table = open.at(-1);
      if (UNSEEN.has(name)) unseen += 1;
      else if (BREAKS.has(name)) write(" ");
      else if (name === "table") {
        if (table) table.isLayout = true;
        open.push({ caption: "", rows: [], isLayout: false });
        target = null;
      } else if (name === "caption" && table) target = table;
      else if (name === "tr") table?.rows.push([]);
      else if ((name === "td" || name === "th") && table) {
        const [columns, rows] = [spanOf(attributes["colspan"]), spanOf(attributes["rowspan"])];
        const cell = { text: "", number: attributes["x:num"] || undefined, columns, rows };
        if (table.rows.length === 0) table.rows.push([]);
        table.rows.at(-1)?.push(cell);
        target = cell;
      }
    },
    ontext: write,
    onclosetag(name) {
      depth -= 1;
      if (UNSEEN.has(name)) unseen -= 1;
      if (["td", "th", "caption", "table"].includes(name)) target = null;
      if (name !== "table") return;
      const table = open.pop();
      if (table) found.push(table);
    },
  });
  parser.write(text);
  if (open.length > 0) throw unreadable("it is cut off within a table");
  parser.end();
  return found.map((table) => ({
    ...table,
    caption: tidy(table.caption),
    rows: table.rows.map((row) => row.map(tidyCell)),
  }));
}

/** Cells at their places: one that spans several is in all of them. */
function spread(rows: readonly HtmlCell[][], count: (cells: number) => void): (HtmlCell | undefined)[][] {
  const grid: (HtmlCell | undefined)[][] = rows.map(() => []);
  for (const [index, row] of rows.entries()) {
    let column = 0;
    for (const cell of row) {
      while (grid[index]?.[column]) column += 1;
      for (const spanned of grid.slice(index, index + cell.rows)) {
        // A row may begin far to the right, under cells that span rows.
        count(Math.max(cell.columns, column + cell.columns - spanned.length));
        for (let place = column; place < column + cell.columns; place++) spanned[place] = cell;
      }
      column += cell.columns;
    }
  }
  return grid.map((row) => Array.from(row));
}

const spanOf = (attribute: string | undefined) =>
  Math.min(MOST_SPANNED, Math.max(1, Number.parseInt(attribute ?? "1", 10) || 1));
const tidy = (text: string) => text.replaceAll(/\s+/g, " ").trim();
const tidyCell = (cell: HtmlCell): HtmlCell => ({ ...cell, text: tidy(cell.text) });
