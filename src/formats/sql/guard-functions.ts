import { refuseQuery } from "./refusals.ts";
import { closingBracket, keywordOf, nameOf } from "./table-references.ts";
import { type Token, unquote } from "./tokenize.ts";

/** Functions and table functions that reach out of SQL, show the engine's inside or fill memory at once. */
const REFUSED = new Set([
  ...["load_extension", "readfile", "writefile", "edit", "eval", "fts3_tokenizer", "fsdir", "lsdir"],
  ...["zeroblob", "randomblob", "generate_series", "dbstat", "bytecode", "tables_used", "completion", "stmt"],
]);

/** The most characters that one literal of a nested `replace` may become; D1 holds values of 2 MB. */
const LARGEST_GROWTH = 1_000;

/** The most characters of JSON that a query may spell out to read rows from. */
const LONGEST_JSON = 2_000;

/** Looks at every call of a function among meaningful tokens; throws 400 with the reason. */
export function checkFunctions(tokens: Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const name = token.kind === "string" ? undefined : nameOf(token);
    if (name === undefined) continue;
    if (REFUSED.has(name)) throw refuseQuery(`${name} in line ${token.line} is not available`);
    if (tokens[index + 1]?.text !== "(") continue;
    const inner = tokens.slice(index + 2, closingBracket(tokens, index + 1));
    if (name === "format" || name === "printf") checkFormat(token, inner);
    if (name === "replace") checkReplace(token, inner);
    if (name === "json_each" || name === "json_tree") checkJson(token, inner);
  }
}

/** The width and precision of a format decide how long its text is. */
function checkFormat({ text, line }: Token, inner: Token[]): void {
  const [format, after] = inner;
  if (format?.kind !== "string" || (after !== undefined && after.text !== ",")) {
    throw refuseQuery(`the format of ${text} in line ${line} must be a plain string`);
  }
  if (/%[^a-zA-Z%]*(?:\*|\d{4,})/.test(unquote(format))) {
    throw refuseQuery(`the format of ${text} in line ${line} has a width above 999 or one that is computed`);
  }
}

/** `replace(replace('aaaa', 'a', 'aaaa'), …)` grows with every layer. */
function checkReplace({ line }: Token, inner: Token[]): void {
  let growth = 1;
  for (const [index, token] of [...inner, undefined].entries()) {
    const [search, comma, by] = [inner[index - 3], inner[index - 2], inner[index - 1]];
    if (token !== undefined && token.text !== ")") continue;
    if (search?.kind !== "string" || comma?.text !== "," || by?.kind !== "string") continue;
    growth *= Math.max(1, unquote(by).length / Math.max(1, unquote(search).length));
  }
  if (growth > LARGEST_GROWTH) throw refuseQuery(`replace in line ${line} may grow a text ${Math.round(growth)} times`);
}

/** Rows from JSON of a column are as many as were stored; JSON that the query makes itself could be endless. */
function checkJson({ text, line }: Token, inner: Token[]): void {
  const computed = inner.some((token) => ["select", "values"].includes(keywordOf(token)));
  const readsColumn = inner.some(
    (token, index) => token.kind !== "string" && nameOf(token) !== undefined && inner[index + 1]?.text !== "(",
  );
  if (readsColumn && !computed) return;
  const [json] = inner;
  if (json?.kind === "string" && json.text.length <= LONGEST_JSON && (inner[1] === undefined || inner[1].text === ","))
    return;
  throw refuseQuery(`${text} in line ${line} must read a column or a JSON text of at most ${LONGEST_JSON} characters`);
}
