import { Parser } from "htmlparser2";
import { reportTooLarge, unreadable } from "./report.ts";

/** An element of XML or SGML; names without the prefix of a namespace. */
export interface ReportElement {
  name: string;
  attributes: Record<string, string>;
  /** Of the element itself, trimmed. */
  text: string;
  children: ReportElement[];
}

const MOST_ELEMENTS = 200_000;
const DEEPEST = 64;

/**
 * The root of a document. In a `lenient` one the end of an element also ends those in it. Entities other than those of XML
 * itself stay as they are written. Throws `unreadable` for one that is malformed or cut off, or declares a type.
 */
export function readElements(text: string, { lenient = false } = {}): ReportElement {
  const root: ReportElement = { name: "", attributes: {}, text: "", children: [] };
  const open = [root];
  let count = 0;
  const top = () => open.at(-1) ?? root;
  const parser = new Parser(
    {
      onprocessinginstruction(name) {
        if (name.toLowerCase() === "!doctype") throw unreadable("it declares a document type");
      },
      onopentag(name, attributes) {
        if (++count > MOST_ELEMENTS) throw reportTooLarge(`has more than ${MOST_ELEMENTS} elements`);
        if (open.length > DEEPEST) throw unreadable(`its elements are nested more than ${DEEPEST} deep`);
        const element = { name: localName(name), attributes, text: "", children: [] };
        top().children.push(element);
        open.push(element);
      },
      ontext(part) {
        top().text += part;
      },
      onclosetag(_, isImplied) {
        // The parser calls the end of `<a/>` implied, too.
        const isSelfClosed = text[parser.endIndex - 1] === "/";
        if (isImplied && !isSelfClosed && !lenient) throw unreadable("it is cut off or malformed");
        const closed = open.pop();
        if (closed) closed.text = closed.text.trim();
      },
    },
    { xmlMode: true },
  );
  parser.write(text);
  const [element, ...others] = root.children;
  const isWhole = open.length === 1 && others.length === 0 && root.text.trim() === "";
  if (!element || !isWhole) throw unreadable("it is cut off or malformed");
  return element;
}

/** The children of a name. */
export const childrenOf = ({ children }: ReportElement, name: string): ReportElement[] =>
  children.filter((child) => child.name === name);

/** The first element at a path of names. */
export function elementAt(element: ReportElement, ...path: string[]): ReportElement | null {
  let found: ReportElement | undefined = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found ?? null;
}

/** The text of the first element at a path of names; null where there is none, or an empty one. */
export const textAt = (element: ReportElement, ...path: string[]): string | null =>
  elementAt(element, ...path)?.text || null;

/** The elements of a name, in the order of the document; those within another of the name are not looked for. */
export function* descendantsOf(element: ReportElement, name: string): Generator<ReportElement> {
  for (const child of element.children) {
    if (child.name === name) yield child;
    else yield* descendantsOf(child, name);
  }
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1);
