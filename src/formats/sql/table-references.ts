import { foldName, type Token, unquote } from "./tokenize.ts";

/** A name where SQLite reads a table: after FROM, JOIN, a comma of FROM, or IN. */
export interface TableReference {
  /** Folded to lower case. */
  name: string;
  /** What the rest of the statement calls it, folded. */
  alias: string | undefined;
  /** Index of its token. */
  index: number;
}

/** `name AS (SELECT …)`. */
export interface CommonTable {
  name: string;
  /** Indexes of the tokens that its brackets enclose. */
  body: { from: number; to: number };
}

interface Frame {
  inFrom: boolean;
  expectsTable: boolean;
}

/** Words behind a FROM clause that no dialect takes for a name. */
export const BEHIND_FROM = ["where", "group", "having", "order", "limit", "union", "except", "intersect"] as const;

/** Words of joins, likewise. */
export const JOINING = [
  ...["cross", "full", "inner", "join", "left", "natural", "on", "outer", "right", "using"],
] as const;

const ENDS_FROM = new Set<string>([...BEHIND_FROM, "select", "values"]);

/** What may follow a table and is not its alias. */
const NOT_AN_ALIAS = new Set<string>([...ENDS_FROM, ...JOINING, "indexed", "not", "window"]);

/** The keyword that a token is, in lower case; "" for anything else. */
export const keywordOf = (token: Token | undefined): string => (token?.kind === "name" ? foldName(token.text) : "");

/** The name that a token is where SQLite wants one: it takes quoted names and even strings. */
export const nameOf = (token: Token | undefined): string | undefined =>
  token !== undefined && ["name", "quoted_name", "string"].includes(token.kind) ? foldName(unquote(token)) : undefined;

/** Every table that meaningful tokens name, in a statement of any depth; of a doubtful one it says that it is. */
export function findTableReferences(tokens: Token[]): TableReference[] {
  const references: TableReference[] = [];
  const frames: Frame[] = [];
  let frame: Frame = { inFrom: false, expectsTable: false };
  for (const [index, token] of tokens.entries()) {
    const keyword = keywordOf(token);
    if (token.text === "(") {
      frames.push({ inFrom: frame.inFrom, expectsTable: false });
      frame = { inFrom: frame.expectsTable, expectsTable: frame.expectsTable };
    } else if (token.text === ")") {
      frame = frames.pop() ?? frame;
    } else if (token.text === ",") {
      frame.expectsTable = frame.inFrom;
    } else if (keyword === "from") {
      // `a IS DISTINCT FROM b` compares.
      if (keywordOf(tokens[index - 1]) !== "distinct") frame = { inFrom: true, expectsTable: true };
    } else if (keyword === "join") {
      frame = { inFrom: true, expectsTable: true };
    } else if (keyword === "in") {
      frame.expectsTable = tokens[index + 1]?.text !== "(";
    } else if (ENDS_FROM.has(keyword)) {
      frame = { inFrom: false, expectsTable: false };
    } else if (frame.expectsTable) {
      const name = nameOf(token);
      // `schema.table`: the table is what counts.
      if (name === undefined || tokens[index + 1]?.text === ".") continue;
      frame.expectsTable = false;
      references.push({ name, alias: aliasAfter(tokens, index), index });
    }
  }
  return references;
}

/** Every common table expression of a statement, those inside others too. */
export function findCommonTables(tokens: Token[]): CommonTable[] {
  const tables: CommonTable[] = [];
  for (const [index, token] of tokens.entries()) {
    if (keywordOf(token) !== "as") continue;
    const open = openingOfBody(tokens, index + 1);
    if (open === undefined) continue;
    let before = index - 1;
    if (tokens[before]?.text === ")") before = openingBracket(tokens, before) - 1;
    const name = nameOf(tokens[before]);
    if (name !== undefined) tables.push({ name, body: { from: open + 1, to: closingBracket(tokens, open) } });
  }
  return tables;
}

/** Index of the bracket that closes the one at `open`; the number of tokens when none does. */
export function closingBracket(tokens: Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (tokens[index]?.text === "(") depth++;
    if (tokens[index]?.text === ")" && --depth === 0) return index;
  }
  return tokens.length;
}

function openingBracket(tokens: Token[], close: number): number {
  let depth = 0;
  for (let index = close; index >= 0; index--) {
    if (tokens[index]?.text === ")") depth++;
    if (tokens[index]?.text === "(" && --depth === 0) return index;
  }
  return 0;
}

function openingOfBody(tokens: Token[], after: number): number | undefined {
  let open = after;
  if (keywordOf(tokens[open]) === "not") open++;
  if (keywordOf(tokens[open]) === "materialized") open++;
  if (tokens[open]?.text !== "(") return undefined;
  return ["select", "with", "values"].includes(keywordOf(tokens[open + 1])) ? open : undefined;
}

/** What the table whose last token is at `index` is called, folded; `others` are the words that are no alias there. */
export function aliasAfter(tokens: Token[], index: number, others: ReadonlySet<string> = NOT_AN_ALIAS) {
  const next = tokens[index + 1];
  if (keywordOf(next) === "as") return nameOf(tokens[index + 2]);
  return others.has(keywordOf(next)) ? undefined : nameOf(next);
}
