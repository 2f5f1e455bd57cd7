import { selectAll } from "css-select";
import { type ChildNode, type Document, DomHandler, type Element, isDocument, isTag, isText } from "domhandler";
import { Parser } from "htmlparser2";
import { RecipeFailure } from "./bank.ts";
import { normalizeText } from "./page.ts";
import type { Sign, Target } from "./recipe.ts";

/** As browsers have it: nobody writes such a page but to hurt. */
const DEEPEST = 512;
const UNSEEN = new Set(["script", "style", "template", "noscript", "head", "title"]);
const FIELDS = new Set(["input", "select", "textarea"]);
const BUTTON_TYPES = new Set(["submit", "button", "image", "reset"]);
const CLICKABLE_ROLES = new Set(["button", "link", "menuitem", "tab", "option"]);

/** A page as a person sees it, as far as that shows without running it. */
export interface HtmlPage {
  document: Document;
  /** Everything that is not hidden, in the page's order. */
  seen: Set<Element>;
  /** What is to be read on it. */
  text: string;
  /** Labels by the id that they are for. */
  labels: Map<string, Element[]>;
}

/** Parses HTML, however broken; throws a `RecipeFailure` when it is nested too deep to be a page. */
export function parsePage(html: string): HtmlPage {
  const document = parseDocument(html);
  const seen = new Set<Element>();
  const texts: string[] = [];
  const left: { node: Document | ChildNode; isSeen: boolean }[] = [{ node: document, isSeen: true }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { node } = next;
    if (isText(node) && next.isSeen) texts.push(node.data);
    if (!isTag(node) && !isDocument(node)) continue;
    const isSeen = next.isSeen && (isDocument(node) || !isHidden(node));
    if (isSeen && isTag(node)) seen.add(node);
    for (const child of node.children.toReversed()) left.push({ node: child, isSeen });
  }
  const labels = Map.groupBy(
    [...seen].filter(({ name }) => name === "label"),
    ({ attribs }) => attribs.for ?? "",
  );
  return { document, seen, text: normalizeText(texts.join(" ")), labels };
}

function parseDocument(html: string): Document {
  const handler = new ShallowHandler();
  new Parser(handler).end(html);
  return handler.root;
}

/** The parser takes ever longer the deeper it is, so that it is stopped on the way. */
class ShallowHandler extends DomHandler {
  override onopentag(name: string, attributes: Record<string, string>): void {
    if (this.tagStack.length > DEEPEST) throw new RecipeFailure("page-changed", "page changed: it is nested too deep");
    super.onopentag(name, attributes);
  }
}

/** Whether a page shows a sign. */
export function showsSign(page: HtmlPage, sign: Sign): boolean {
  if ("says" in sign) return sign.says.some((words) => page.text.includes(normalizeText(words)));
  return findElement(page, sign) !== null;
}

/** What a target means on a page, or null. */
export function findElement(page: HtmlPage, target: Target): Element | null {
  if ("css" in target) return selectElements(target.css, page.document).find((found) => page.seen.has(found)) ?? null;
  const isField = "field" in target;
  const readLabel = once((label: Element) => toName(textOf(label)));
  const candidates = [...page.seen]
    .filter(isField ? takesText : isClickable)
    .map((element) => ({ element, names: namesOf(page, element, readLabel) }));
  for (const words of isField ? target.field : target.text) {
    const found = candidates.find(({ names }) => names.includes(normalizeText(words)));
    if (found) return found.element;
  }
  return null;
}

/** The texts of a table's cells, row by row; null when there is no such table or it has no row below its headings. */
export function readCells(page: HtmlPage, css: string): string[][] | null {
  const table = findElement(page, { css });
  if (!table) return null;
  const rows = selectElements("tr", table.children)
    .map((row) => row.children.filter(isTag).filter(({ name }) => name === "td" || name === "th"))
    .map((cells) => cells.map((cell) => textOf(cell)));
  return rows.length > 1 ? rows : null;
}

/** Elements that a selector finds in a document, or below some of its nodes. */
export const selectElements = (css: string, within: Document | ChildNode[]): Element[] =>
  selectAll<Document | ChildNode, Element>(css, within);

/** What is to be read in an element. */
export function textOf(element: Element): string {
  const texts: string[] = [];
  const collect = (node: ChildNode): void => {
    if (isText(node)) texts.push(node.data);
    else if (isTag(node) && !isHidden(node)) node.children.forEach(collect);
  };
  element.children.forEach(collect);
  return texts.join(" ").replace(/\s+/g, " ").trim();
}

function isHidden({ name, attribs }: Element): boolean {
  return UNSEEN.has(name) || attribs.hidden !== undefined || /display\s*:\s*none/i.test(attribs.style ?? "");
}

function takesText({ name, attribs }: Element): boolean {
  return FIELDS.has(name) && attribs.type !== "hidden" && !BUTTON_TYPES.has(attribs.type ?? "");
}

function isClickable({ name, attribs }: Element): boolean {
  if (name === "a") return attribs.href !== undefined;
  return (
    name === "button" ||
    (name === "input" && BUTTON_TYPES.has(attribs.type ?? "")) ||
    CLICKABLE_ROLES.has(attribs.role ?? "")
  );
}

/** What people and pages call an element; `readLabel` gives the name that a label has for its field. */
function namesOf(page: HtmlPage, element: Element, readLabel: (label: Element) => string): string[] {
  const { "aria-label": label, placeholder, title, name, id, value } = element.attribs;
  const isField = takesText(element);
  const names = isField ? [label, placeholder, name, id] : [label, title, value, textOf(element)];
  const labels = isField ? labelsOf(page, element).map(readLabel) : [];
  return [...names.flatMap((text) => (text === undefined ? [] : [toName(text)])), ...labels];
}

const toName = (text: string): string => normalizeText(text).replace(/\s*[:*]+$/, "");

function labelsOf({ labels }: HtmlPage, field: Element): Element[] {
  const { id } = field.attribs;
  const own = id ? [...(labels.get(id) ?? [])] : [];
  for (let above = field.parent; above && isTag(above); above = above.parent) {
    if (above.name === "label") own.push(above);
  }
  return own;
}

/** A function whose answers are kept: one label may be around thousands of fields. */
function once<Key, Answer>(ask: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new Map<Key, { answer: Answer }>();
  return (key) => {
    const known = answers.get(key) ?? { answer: ask(key) };
    answers.set(key, known);
    return known.answer;
  };
}
