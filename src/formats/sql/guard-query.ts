import { checkFunctions } from "./guard-functions.ts";
import { isReservedName, isRowColumn, refuseQuery } from "./refusals.ts";
import { type CommonTable, findCommonTables, findTableReferences, keywordOf, nameOf } from "./table-references.ts";
import { meaningfulTokens, type Token, tokenize, unquote } from "./tokenize.ts";

/** A statement that passed the first layer; the second is `wrapQuery`, the third `judgeExplain` and `judgePlan`. */
export interface GuardedQuery {
  /** The statement without a closing semicolon. */
  sql: string;
  /** The tables it names, folded to lower case, common tables among them. */
  tables: string[];
  /** Table by alias, both folded; `judgePlan` needs it, since SQLite's plan prints aliases. */
  aliases: Map<string, string>;
}

interface GuardOptions {
  /** `limited` allows a common table that reads itself when its own LIMIT bounds it, as models may. */
  recursion?: "refused" | "limited";
}

/** D1 takes statements of 100,000 bytes; the rest is left for the wrap and EXPLAIN. */
const LONGEST_BYTES = 90_000;

/** SQLite's parser gives up at an expression depth of 100 (D1); brackets are refused well before. */
const DEEPEST = 50;

/** The most rows that a recursion may bound itself to. */
const LARGEST_RECURSION = 1_000_000;

/** Keywords that SQLite reserves, so no query needs them: a column of such a name has to be quoted. */
const WRITING = new Set(["alter", "create", "delete", "drop", "insert", "into", "returning", "update"]);

/**
 * Refuses by its text alone what must never reach the database: anything but one balanced SELECT, WITH or VALUES,
 * parameters, recursion, reserved names, functions that reach out of SQL or blow up memory. Throws 400 with the reason.
 */
export function guardQuery(sql: string, options: GuardOptions = {}): GuardedQuery {
  if (new TextEncoder().encode(sql).length > LONGEST_BYTES)
    throw refuseQuery(`it is longer than ${LONGEST_BYTES} bytes`);
  const all = withoutSemicolon(tokenize(sql));
  const tokens = meaningfulTokens(all);
  if (!["select", "with", "values"].includes(keywordOf(tokens[0]))) {
    throw refuseQuery("it does not start with SELECT, WITH or VALUES");
  }
  for (const token of tokens) checkToken(token);
  checkBrackets(tokens);
  checkRecursion(tokens, options.recursion ?? "refused");
  checkFunctions(tokens);
  const references = findTableReferences(tokens);
  for (const { name } of references) {
    if (isReservedName(name)) throw refuseQuery(`"${name}" is not a table of yours`);
  }
  return {
    sql: all.map(writeToken).join(""),
    tables: [...new Set(references.map(({ name }) => name))],
    aliases: new Map(references.flatMap(({ name, alias }) => (alias === undefined ? [] : [[alias, name]]))),
  };
}

/** What `wrapQuery` writes before the statement. */
export const WRAP_START = "SELECT * FROM (\n";

/** The statement as a subquery of at most `limit` rows; the line ends keep a trailing comment from eating the bracket. */
export function wrapQuery({ sql }: Pick<GuardedQuery, "sql">, limit: number): string {
  return `${WRAP_START}${sql}\n) LIMIT ${Math.max(0, Math.trunc(limit))}`;
}

function withoutSemicolon(tokens: Token[]): Token[] {
  const last = tokens.findLastIndex(({ kind }) => kind !== "space" && kind !== "comment");
  return tokens[last]?.text === ";" ? tokens.slice(0, last) : tokens;
}

/** SQLite takes an unknown name in double quotes for a string, so that a misspelt column would pass: backticks do not. */
function writeToken(token: Token): string {
  return token.kind === "quoted_name" && token.text.startsWith('"')
    ? `\`${unquote(token).replaceAll("`", "``")}\``
    : token.text;
}

function checkToken(token: Token): void {
  const { kind, text, line } = token;
  if (kind === "illegal") throw refuseQuery(`line ${line} has an unfinished or unknown token: ${text.slice(0, 20)}`);
  if (kind === "parameter") throw refuseQuery(`line ${line} has a parameter: ${text}`);
  if (text === ";") throw refuseQuery(`a second statement starts in line ${line}`);
  if (WRITING.has(keywordOf(token)))
    throw refuseQuery(`${text.toUpperCase()} in line ${line}: only reading is allowed`);
  const name = kind === "string" ? undefined : nameOf(token);
  if (name === undefined || !isReservedName(name) || isRowColumn(name)) return;
  throw refuseQuery(`the name "${name}" in line ${line} is reserved`);
}

function checkBrackets(tokens: Token[]): void {
  let depth = 0;
  for (const { text, line } of tokens) {
    if (text === "(") depth++;
    if (text === ")") depth--;
    if (depth < 0) throw refuseQuery(`a bracket is closed in line ${line} that was never opened`);
    if (depth > DEEPEST) throw refuseQuery(`brackets nest deeper than ${DEEPEST} in line ${line}`);
  }
  if (depth > 0) throw refuseQuery("a bracket is never closed");
}

/** SQLite lets a common table read itself without the word RECURSIVE too. */
function checkRecursion(tokens: Token[], recursion: "refused" | "limited"): void {
  const word = tokens.find((token) => keywordOf(token) === "recursive");
  if (word !== undefined && recursion === "refused") throw refuseQuery(`RECURSIVE in line ${word.line}`);
  const references = findTableReferences(tokens);
  for (const table of findCommonTables(tokens)) {
    const readsItself = references.some(
      ({ name, index }) => name === table.name && index >= table.body.from && index < table.body.to,
    );
    if (!readsItself || (recursion === "limited" && isLimited(tokens, table))) continue;
    throw refuseQuery(
      recursion === "limited"
        ? `"${table.name}" reads itself; it needs a LIMIT of at most ${LARGEST_RECURSION} at its end`
        : `"${table.name}" reads itself`,
    );
  }
}

/** Whether the common table ends with a plain `LIMIT n`: a negative or computed limit bounds nothing. */
function isLimited(tokens: Token[], { body }: CommonTable): boolean {
  const count = tokens[body.to - 1];
  return (
    keywordOf(tokens[body.to - 2]) === "limit" &&
    count?.kind === "number" &&
    /^\d+$/.test(count.text) &&
    Number(count.text) <= LARGEST_RECURSION
  );
}
