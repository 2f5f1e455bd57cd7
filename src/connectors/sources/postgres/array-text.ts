import { upstreamFailed } from "../../../errors.ts";

/**
 * Reads a list as PostgreSQL prints it, `{1,NULL,"a, b",{2}}`, https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO.
 * Bounds that do not begin at 1 are printed before it and left out.
 */
export function parseArrayText(text: string, decode: (element: string) => unknown, delimiter = ","): unknown[] {
  const start = text.indexOf("{");
  const state = { text, position: start, decode, delimiter };
  if (start === -1) throw malformed();
  return readList(state);
}

interface ArrayState {
  text: string;
  position: number;
  decode: (element: string) => unknown;
  delimiter: string;
}

function readList(state: ArrayState): unknown[] {
  const elements: unknown[] = [];
  state.position += 1;
  if (state.text[state.position] === "}") {
    state.position += 1;
    return elements;
  }
  for (;;) {
    elements.push(readElement(state));
    const end = state.text[state.position++];
    if (end === "}") return elements;
    if (end !== state.delimiter) throw malformed();
  }
}

function readElement(state: ArrayState): unknown {
  const first = state.text[state.position];
  if (first === "{") return readList(state);
  if (first === '"') return state.decode(readQuoted(state));
  const start = state.position;
  while (state.position < state.text.length && !isEnd(state, state.text[state.position])) state.position += 1;
  const element = state.text.slice(start, state.position);
  return element === "NULL" ? null : state.decode(element);
}

const isEnd = ({ delimiter }: ArrayState, character: string | undefined) =>
  character === delimiter || character === "}";

function readQuoted(state: ArrayState): string {
  let element = "";
  for (state.position += 1; state.position < state.text.length; state.position++) {
    const character = state.text[state.position] ?? "";
    if (character === '"') {
      state.position += 1;
      return element;
    }
    if (character === "\\") state.position += 1;
    element += state.text[state.position] ?? "";
  }
  throw malformed();
}

const malformed = () => upstreamFailed("PostgreSQL: a list is not printed as one");
