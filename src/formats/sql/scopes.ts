import { aliasAfter, BEHIND_FROM, closingBracket, JOINING, keywordOf, nameOf } from "./table-references.ts";
import type { Kind } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** A column that a query answers. */
interface KnownColumn {
  /** Folded; undefined for an expression without a name. */
  name: string | undefined;
  kind: Kind;
}

/** The columns of a relation, as far as the text tells them. */
export interface Columns {
  list: KnownColumn[];
  /** What it has besides: the columns of stored tables, or what cannot be told. */
  rest: "none" | "stored" | "opaque";
}

/** What the names of one SELECT can mean; then those of the one around it. */
export interface Scope {
  /** By alias, folded; relations without one by their position. */
  relations: Map<string, Columns>;
  outer: Scope | undefined;
}

/** A relation of a FROM clause: a table's name, or the index of the token at which a subquery begins. */
interface Reference {
  alias: string | undefined;
  table?: string;
  subquery?: number;
}

export const STORED: Columns = { list: [], rest: "stored" };
export const OPAQUE: Columns = { list: [], rest: "opaque" };

const ENDS_FROM = new Set<string>([...BEHIND_FROM, "offset", "window", "qualify"]);

const NOT_AN_ALIAS = new Set<string>([
  ...ENDS_FROM,
  ...JOINING,
  ...["semi", "anti", "asof", "positional", "tablesample", "lateral"],
]);

/** A name where an expression has it. */
export interface ColumnName {
  qualifier: string | undefined;
  name: string;
}

/** The kind of a column in a scope; `stored` has those of stored tables by name. */
export function kindOfColumn(scope: Scope | undefined, column: ColumnName, stored: ReadonlyMap<string, Kind>): Kind {
  const kindInTables = stored.get(column.name) ?? "unknown";
  if (scope === undefined) return kindInTables;
  const relations = relationsOf(scope, column.qualifier);
  const kinds = new Set(relations.flatMap(({ list }) => list.filter(({ name }) => name === column.name)).map(kindOf));
  const [kind] = kinds;
  if (kind !== undefined) return kinds.size === 1 ? kind : "unknown";
  if (relations.some(({ rest }) => rest === "opaque")) return "unknown";
  const outside = scope.outer === undefined ? undefined : kindOfColumn(scope.outer, column, stored);
  if (!relations.some(({ rest }) => rest === "stored")) return outside ?? "unknown";
  // Whether the stored table has the column is not known: then it would be that of the query around.
  return outside === undefined || column.qualifier !== undefined || outside === kindInTables ? kindInTables : "unknown";
}

const kindOf = ({ kind }: KnownColumn): Kind => kind;

function relationsOf({ relations }: Scope, qualifier: string | undefined): Columns[] {
  if (qualifier === undefined) return [...relations.values()];
  const relation = relations.get(qualifier);
  return relation === undefined ? [] : [relation];
}

/** The columns of `*`, or of `alias.*`. */
export function columnsOfStar(scope: Scope | undefined, qualifier: string | undefined): Columns {
  const relations = scope === undefined ? [STORED] : relationsOf(scope, qualifier);
  const rests = new Set(relations.map(({ rest }) => rest));
  const rest = rests.has("opaque") || relations.length === 0 ? "opaque" : rests.has("stored") ? "stored" : "none";
  return { list: relations.flatMap(({ list }) => list), rest };
}

/** What both arms of a UNION answer: a column whose arms differ, or that cannot be told, is of no known kind. */
export function combine(first: Columns, second: Columns): Columns {
  if (first.rest !== "none" || second.rest !== "none" || first.list.length !== second.list.length) return OPAQUE;
  const list = first.list.map(({ name, kind }, index) => {
    const other = second.list[index]?.kind ?? "unknown";
    if (kind === "null" || other === kind) return { name, kind: other };
    return { name, kind: other === "null" ? kind : ("unknown" as const) };
  });
  return { list, rest: "none" };
}

/** The relations that the SELECT at `start` reads; undefined where brackets group them. */
export function findRelations(tokens: Token[], start: number): Reference[] | undefined {
  const references: Reference[] = [];
  let inFrom = false;
  let expects = false;
  for (let index = start + 1; index < tokens.length; index++) {
    const token = tokens[index];
    const keyword = keywordOf(token);
    if (token?.text === ")" || (!inFrom && ["union", "except", "intersect"].includes(keyword))) break;
    if (token?.text === "(" && expects && !isSubquery(tokens, index)) return undefined;
    if (token?.text === "(") {
      const close = closingBracket(tokens, index);
      if (expects) references.push({ alias: aliasAfter(tokens, close, NOT_AN_ALIAS), subquery: index + 1 });
      expects = false;
      index = close;
    } else if (keyword === "from" && keywordOf(tokens[index - 1]) !== "distinct") inFrom = expects = true;
    else if (!inFrom) continue;
    else if (ENDS_FROM.has(keyword)) break;
    else if (token?.text === "," || keyword === "join") expects = true;
    else if (expects) {
      while (tokens[index + 1]?.text === ".") index += 2;
      const table = nameOf(tokens[index]);
      references.push({
        alias: aliasAfter(tokens, index, NOT_AN_ALIAS) ?? table,
        ...(table === undefined ? {} : { table }),
      });
      expects = false;
    }
  }
  return references;
}

const isSubquery = (tokens: Token[], open: number): boolean =>
  ["select", "with", "values"].includes(keywordOf(tokens[open + 1]));
