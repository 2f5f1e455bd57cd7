/** Where a statement of SQLite has its string and blob literals, and where it ends. */
export interface Scan {
  /** Start and end of each `'…'` or `X'…'`. */
  literals: [start: number, end: number][];
  /** Index after the semicolon; undefined when the text ends before. */
  end: number | undefined;
}

const CLOSING: Record<string, string> = { "'": "'", '"': '"', "`": "`", "[": "]" };
const SPECIAL = /['"`[;]|--|\/\*/g;
/** D1's export puts the semicolon of a view that ends in a comment into that comment; the next statement is on the next line. */
const SWALLOWED = /;\n(?=CREATE (?:VIEW|INDEX|UNIQUE|TABLE) |INSERT INTO "|UPDATE ")/y;
const LONGEST_START = 14;

/** Scans one statement from `start` on (https://www.sqlite.org/lang.html; triggers, which hold semicolons, are not known). */
export function scanStatement(text: string, start: number): Scan {
  const literals: Scan["literals"] = [];
  const special = new RegExp(SPECIAL);
  special.lastIndex = start;
  for (let match = special.exec(text); match; match = special.exec(text)) {
    const [mark] = match;
    if (mark === ";") return { literals, end: match.index + 1 };
    const end = endOf(text, mark, match.index);
    if (end === undefined) return { literals, end: undefined };
    if (mark === "--" && text[end - 2] === ";") {
      if (text.length < end + LONGEST_START) return { literals, end: undefined };
      SWALLOWED.lastIndex = end - 2;
      if (SWALLOWED.test(text)) return { literals, end };
    }
    if (mark === "'") literals.push([/[xX]/.test(text[match.index - 1] ?? "") ? match.index - 1 : match.index, end]);
    special.lastIndex = end;
  }
  return { literals, end: undefined };
}

/** Splits a stream of SQL into its statements, without the semicolons. A rest that none ends is yielded as it is. */
export async function* splitStatements(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of chunks) {
    text += chunk;
    let start = 0;
    for (let end = scanStatement(text, start).end; end !== undefined; end = scanStatement(text, start).end) {
      yield text.slice(start, end - 1).trim();
      start = end;
    }
    text = text.slice(start);
  }
  if (text.trim() !== "") yield text.trim();
}

/** Text as a literal. SQLite reads SQL up to the first NUL, hence the hexadecimal form of what has one. */
export function quoteText(text: string): string {
  if (text.includes("\0")) return `CAST(X'${Buffer.from(text).toString("hex")}' AS TEXT)`;
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Index after what `mark` opens; a doubled closing mark stands for itself, except in comments and brackets. */
function endOf(text: string, mark: string, start: number): number | undefined {
  if (mark === "--") return after(text, "\n", start);
  if (mark === "/*") return after(text, "*/", start + 2);
  const closing = CLOSING[mark] ?? mark;
  for (let end = after(text, closing, start + 1); end !== undefined; end = after(text, closing, end + 1)) {
    // The next character decides, so the end of the text decides nothing.
    if (end === text.length) return undefined;
    if (closing === "]" || text[end] !== closing) return end;
  }
  return undefined;
}

function after(text: string, searched: string, from: number): number | undefined {
  const index = text.indexOf(searched, from);
  return index < 0 ? undefined : index + searched.length;
}
