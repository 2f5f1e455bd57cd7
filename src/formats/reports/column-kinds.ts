import type { ReportCell, ReportTable } from "./report.ts";

/** What the cells of a column are; `empty` of one that has had no value yet. */
export const KINDS = ["empty", "number", "boolean", "text"] as const;
export type ColumnKind = (typeof KINDS)[number];

export interface KindedColumn {
  name: string;
  kind: ColumnKind;
}

/** The columns of a table with their kinds. */
export const kindsOf = ({ columns, rows }: Pick<ReportTable, "columns" | "rows">): KindedColumn[] =>
  columns.map((name, index) => ({ name, kind: rows.reduce((kind, row) => join(kind, kindOf(row[index])), EMPTY) }));

const EMPTY: ColumnKind = "empty";

/** The columns of both, new ones last; a column of two kinds becomes one of texts. */
export function joinColumns(older: readonly KindedColumn[], newer: readonly KindedColumn[]): KindedColumn[] {
  const kinds = new Map(newer.map(({ name, kind }) => [name, kind]));
  const joined = older.map(({ name, kind }) => ({ name, kind: join(kind, kinds.get(name) ?? EMPTY) }));
  const known = new Set(older.map(({ name }) => name));
  return [...joined, ...newer.filter(({ name }) => !known.has(name))];
}

/** A cell as a column of a kind holds it. */
export const castCell = (cell: ReportCell, kind: ColumnKind): ReportCell =>
  cell !== null && kind === "text" ? String(cell) : cell;

function join(one: ColumnKind, other: ColumnKind): ColumnKind {
  if (one === other || other === "empty") return one;
  return one === "empty" ? other : "text";
}

function kindOf(cell: ReportCell | undefined): ColumnKind {
  if (cell === null || cell === undefined) return "empty";
  if (typeof cell === "number") return "number";
  return typeof cell === "boolean" ? "boolean" : "text";
}
