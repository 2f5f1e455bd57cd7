import { type Cursor, keywordAt, peek, take, type TranslatedQuery, writeName } from "./cursor.ts";
import { parseExpression } from "./expressions.ts";
import {
  combine,
  type Columns,
  columnsOfStar,
  findRelations,
  kindOfColumn,
  OPAQUE,
  type Scope,
  STORED,
} from "./scopes.ts";
import { keywordOf, nameOf } from "./table-references.ts";
import { type Kind, refuseSql, type Term } from "./terms.ts";
import { foldName, meaningfulTokens, type Token, tokenize } from "./tokenize.ts";

interface DialectOptions {
  /** Kind of value by column, folded to lower case: what is known need not be found out row by row. */
  kinds?: ReadonlyMap<string, Kind>;
}

/** Words between which expressions stand. */
const CLAUSES = new Set([
  ...["select", "distinct", "all", "from", "where", "group", "by", "having", "limit", "offset", "union", "except"],
  ...[
    "intersect",
    "join",
    "inner",
    "left",
    "right",
    "full",
    "outer",
    "cross",
    "natural",
    "on",
    "using",
    "as",
    "values",
  ],
  ...["window", "partition"],
]);

/** Words of DuckDB that SQLite lacks, or would take for an alias. */
const REFUSED: Record<string, string> = {
  qualify: "QUALIFY is not available; filter row_number() in a subquery",
  semi: "SEMI JOIN is not available; use EXISTS",
  anti: "ANTI JOIN is not available; use NOT EXISTS",
  asof: "ASOF JOIN is not available",
  positional: "POSITIONAL JOIN is not available",
  lateral: "LATERAL is not available",
  grouping: "GROUPING SETS are not available",
  tablesample: "TABLESAMPLE is not available",
};

/**
 * A query in DuckDB's dialect, as dbt models are written, in SQLite's with the same meaning. Dates are texts
 * `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC, booleans 0 and 1, `float` is a double. What has no
 * equal throws 400 with the line; what depends on a value fails when it runs, with "bad JSON path: '<reason>'".
 */
export function toSqlite(sql: string, { kinds = new Map() }: DialectOptions = {}): string {
  const tokens = meaningfulTokens(tokenize(sql, { casts: true }));
  for (const token of tokens) checkToken(token);
  if (tokens.at(-1)?.text === ";") tokens.pop();
  const cursor: Cursor = {
    ...{ tokens, index: 0, kinds, scope: undefined, common: new Map(), described: new Map() },
    ...{ expression: parseExpression, query: translateQuery, order: translateOrder },
  };
  const translated = translateQuery(cursor);
  if (peek(cursor) !== undefined) throw refuseSql(peek(cursor), "a bracket is closed that was never opened");
  return translated.sql;
}

function checkToken(token: Token): void {
  if (token.text === "^") throw refuseSql(token, "the operator ^ is not available; write power(a, b)");
  if (token.kind === "illegal") throw refuseSql(token, `${token.text.slice(0, 20)} is not SQL`);
  if (token.kind === "parameter") throw refuseSql(token, `a parameter is not available: ${token.text}`);
  if (token.kind === "blob") throw refuseSql(token, "blobs are not available");
  if (token.kind === "quoted_name" && token.text.startsWith("[")) throw refuseSql(token, "lists are not available");
}

/** Everything up to the bracket that closes the query, or its end. */
function translateQuery(cursor: Cursor): TranslatedQuery {
  const { scope, common } = cursor;
  const parts: string[] = [];
  const arms: Columns[] = [];
  let list: Term[] | undefined;
  let afterExpression = false;
  for (let token = peek(cursor); token !== undefined && token.text !== ")"; token = peek(cursor)) {
    const keyword = clauseAt(cursor, token);
    if (keyword === "select") {
      cursor.scope = openScope(cursor, scope);
      list = [];
    } else if (list !== undefined && keyword !== "" && !IN_LIST.has(keyword)) {
      arms.push(columnsOfList(list, cursor.scope));
      nameList(cursor, list);
      list = undefined;
    }
    if (keyword === "values") arms.push(OPAQUE);
    if (keyword === "with") parts.push(translateWith(cursor));
    else if (keyword === "order") parts.push(translateOrder(cursor));
    else if (keyword === "frame") parts.push(copyFrame(cursor));
    else if (keyword !== "" || token.text === ",") parts.push(take(cursor).text);
    else if (afterExpression || (isAliased(cursor) && token.text !== "(")) {
      parts.push(translateAlias(cursor));
      const named = list?.at(-1);
      if (named !== undefined) named.name = nameOf(token) ?? "";
    } else {
      const term = parseExpression(cursor);
      parts.push(term.sql);
      list?.push({ ...term });
      afterExpression = true;
      continue;
    }
    afterExpression = false;
  }
  if (list !== undefined) arms.push(columnsOfList(list, cursor.scope));
  Object.assign(cursor, { scope, common });
  const [first = OPAQUE, ...others] = arms;
  return { sql: parts.join(" "), columns: others.reduce(combine, first) };
}

/** Words that stand in the list of a SELECT. */
const IN_LIST = new Set(["distinct", "all", "as"]);

function columnsOfList(list: Term[], scope: Scope | undefined): Columns {
  const parts = list.map(({ star, name, kind }): Columns =>
    star === undefined ? { list: [{ name, kind }], rest: "none" } : columnsOfStar(scope, star.qualifier),
  );
  const rest = parts.find((part) => part.rest === "opaque") ?? parts.find((part) => part.rest === "stored");
  return { list: parts.flatMap((part) => part.list), rest: rest?.rest ?? "none" };
}

/** The clauses behind a list may mean its names: what is of another kind there than in the tables is of no known one. */
function nameList({ scope, kinds }: Cursor, terms: Term[]): void {
  const list = terms.flatMap(({ name, kind }) => {
    if (name === undefined) return [];
    const inTables = kindOfColumn(scope, { qualifier: undefined, name }, kinds);
    return [{ name, kind: inTables === kind || inTables === "unknown" ? kind : ("unknown" as const) }];
  });
  scope?.relations.set(" list", { list, rest: "none" });
}

/** What names mean in the SELECT that begins here. */
function openScope(cursor: Cursor, outer: Scope | undefined): Scope {
  const references = findRelations(cursor.tokens, cursor.index);
  const relations = new Map<string, Columns>();
  for (const [index, { alias, table, subquery }] of (references ?? []).entries()) {
    const stored = cursor.common.get(table ?? "") ?? STORED;
    relations.set(alias ?? `${index} `, subquery === undefined ? stored : describe(cursor, subquery, outer));
  }
  if (references === undefined) relations.set("", OPAQUE);
  return { relations, outer };
}

/** The columns of a subquery, which stands behind the list that reads them. */
function describe(cursor: Cursor, index: number, scope: Scope | undefined): Columns {
  const known = cursor.described.get(index);
  if (known !== undefined) return known;
  const { columns } = translateQuery({ ...cursor, index, scope });
  cursor.described.set(index, columns);
  return columns;
}

/** The clause that begins here; "" for an expression or an alias. Throws 400 for a clause that SQLite lacks. */
function clauseAt(cursor: Cursor, token: Token): string {
  const keyword = keywordOf(token);
  const next = keywordAt(cursor, 1);
  const called = peek(cursor, 1)?.text === "(";
  const refused = Object.hasOwn(REFUSED, keyword) ? REFUSED[keyword] : undefined;
  const misused = keyword === "qualify" || next === "join" || next === "sets" || called || keyword === "tablesample";
  if (refused !== undefined && misused) throw refuseSql(token, refused);
  if (keyword === "distinct" && next === "on") {
    throw refuseSql(token, "DISTINCT ON is not available; filter row_number() in a subquery");
  }
  if (keyword === "by" && next === "all") throw refuseSql(token, "BY ALL is not available; name the columns");
  if (keyword === "with" || (keyword === "order" && next === "by")) return keyword;
  const frame = ["between", "unbounded", "current"].includes(next) || peek(cursor, 1)?.kind === "number";
  if (["rows", "range", "groups"].includes(keyword) && frame) return "frame";
  if ((keyword === "left" || keyword === "right") && called) return "";
  return CLAUSES.has(keyword) ? keyword : "";
}

function translateWith(cursor: Cursor): string {
  take(cursor, "with");
  const recursive = keywordAt(cursor) === "recursive" ? `${take(cursor).text} ` : "";
  const tables: string[] = [];
  do {
    if (tables.length > 0) take(cursor, ",");
    const name = take(cursor);
    const key = nameOf(name) ?? "";
    let head = writeName(name);
    const named = peek(cursor)?.text === "(";
    if (named) head += `${copyBrackets(cursor)}`;
    if (recursive !== "") cursor.common = new Map(cursor.common).set(key, OPAQUE);
    head += ` ${take(cursor, "as").text}`;
    while (["not", "materialized"].includes(keywordAt(cursor))) head += ` ${take(cursor).text}`;
    take(cursor, "(");
    const { sql, columns } = translateQuery(cursor);
    tables.push(`${head} (${sql})`);
    take(cursor, ")");
    cursor.common = new Map(cursor.common).set(key, named ? OPAQUE : columns);
  } while (peek(cursor)?.text === ",");
  return `WITH ${recursive}${tables.join(", ")}`;
}

/** DuckDB sorts nulls last in both directions, SQLite takes them for the smallest. */
function translateOrder(cursor: Cursor): string {
  take(cursor, "order");
  take(cursor, "by");
  if (keywordAt(cursor) === "all") throw refuseSql(peek(cursor), "ORDER BY ALL is not available; name the columns");
  const items: string[] = [];
  do {
    if (items.length > 0) take(cursor, ",");
    let item = parseExpression(cursor).sql;
    if (["asc", "desc"].includes(keywordAt(cursor))) item += ` ${take(cursor).text}`;
    const given = keywordAt(cursor) === "nulls" && take(cursor) !== undefined;
    items.push(`${item} NULLS ${given ? take(cursor).text : "LAST"}`);
  } while (peek(cursor)?.text === ",");
  return `ORDER BY ${items.join(", ")}`;
}

const isAliased = (cursor: Cursor): boolean => keywordOf(cursor.tokens[cursor.index - 1]) === "as";

function translateAlias(cursor: Cursor): string {
  const token = take(cursor);
  if (!["name", "quoted_name", "string"].includes(token.kind)) throw refuseSql(token, `${token.text} is unexpected`);
  const opens = peek(cursor)?.text === "(" && foldName(token.text) !== "materialized";
  if (opens) throw refuseSql(token, `${token.text} with a list of columns is not available`);
  return writeName(token);
}

function copyFrame(cursor: Cursor): string {
  const words: string[] = [];
  for (let token = peek(cursor); token !== undefined && token.text !== ")"; token = peek(cursor)) {
    words.push(take(cursor).text);
  }
  return words.join(" ");
}

function copyBrackets(cursor: Cursor): string {
  let sql = "";
  while (peek(cursor) !== undefined && peek(cursor)?.text !== ")") sql += writeName(take(cursor));
  return sql + take(cursor, ")").text;
}
