const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/** One value may not be longer: it is held in memory. */
const LONGEST_VALUE_BYTES = 4 * 1024 * 1024;

/**
 * The elements of one JSON array, or the values of a file that has one a line, from bytes that come in pieces. Throws a
 * SyntaxError for what is no JSON and a RangeError for a value above 4 MiB. `parse` reads the text of one value.
 */
export async function* splitJson(
  pieces: AsyncIterable<Uint8Array>,
  parse: (text: string) => unknown = JSON.parse,
): AsyncGenerator<unknown[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const scan: Scan = { depth: 0, quoted: false, escaped: false, start: -1, array: false, ended: false, begun: false };
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of pieces) {
    const bytes = joinBytes(rest, piece);
    const values: unknown[] = [];
    const take = (from: number, to: number) => values.push(parse(decoder.decode(bytes.subarray(from, to))));
    scanValues(scan, bytes, rest.length, take);
    rest = scan.start === -1 ? new Uint8Array() : bytes.slice(scan.start);
    if (scan.start !== -1) scan.start = 0;
    if (rest.length > LONGEST_VALUE_BYTES) throw new RangeError("A value of the JSON file is too long");
    if (values.length > 0) yield values;
  }
  if (rest.length > 0) yield [parse(decoder.decode(rest))];
  if (scan.array && !scan.ended) throw new SyntaxError("The JSON array has no end");
}

interface Scan {
  /** Of braces and brackets inside the value at hand. */
  depth: number;
  quoted: boolean;
  escaped: boolean;
  /** Where the value at hand begins; -1 between two. */
  start: number;
  /** The values are elements of one array. */
  array: boolean;
  ended: boolean;
  begun: boolean;
}

function scanValues(scan: Scan, bytes: Uint8Array, from: number, take: (from: number, to: number) => void): void {
  for (let position = from; position < bytes.length; position++) {
    const byte = bytes[position] as number;
    if (scan.quoted) {
      if (scan.escaped) scan.escaped = false;
      else if (byte === BACKSLASH) scan.escaped = true;
      else if (byte === QUOTE) scan.quoted = false;
    } else if (scan.start === -1) beginValue(scan, byte, position);
    else if (byte === QUOTE) scan.quoted = true;
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) scan.depth += 1;
    else if (scan.depth > 0) {
      if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) scan.depth -= 1;
      if (scan.depth === 0) endValue(scan, position + 1, take);
    } else if (byte <= 32 || byte === COMMA || byte === CLOSING_BRACKET) {
      endValue(scan, position, take);
      beginValue(scan, byte, position);
    }
  }
}

/** At a byte between two values: white space, a comma, a bracket of the array or the first of the next value. */
function beginValue(scan: Scan, byte: number, position: number): void {
  if (byte <= 32 || (byte === COMMA && scan.array)) return;
  if (scan.ended) throw new SyntaxError("Something follows the JSON array");
  if (byte === OPENING_BRACKET && !scan.begun) scan.array = true;
  else if (byte === CLOSING_BRACKET && scan.array) scan.ended = true;
  else {
    scan.start = position;
    scan.quoted = byte === QUOTE;
    scan.depth = byte === OPENING_BRACE || byte === OPENING_BRACKET ? 1 : 0;
  }
  scan.begun = true;
}

function endValue(scan: Scan, end: number, take: (from: number, to: number) => void): void {
  take(scan.start, end);
  scan.start = -1;
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
