import { XMLParser } from "fast-xml-parser";
import { asItem, type Item } from "../json.ts";
import type { AwsModel } from "./model.ts";
import { isoText, policyFrom } from "./scalars.ts";

const ATTRIBUTE = "@";
const TEXT = "#text";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  textNodeName: TEXT,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  // Only this reads numeric entities, with which AWS writes control characters.
  htmlEntities: true,
  // Only callbacks, of which there are none, are told the path as a text.
  jPath: false,
});

/** The root of a document: its element's name, and what is within. */
export interface XmlRoot {
  name: string;
  node: unknown;
}

/** Parses a whole document; throws for one that is malformed or cut off. */
export function parseXml(document: string): XmlRoot {
  const parsed: unknown = parser.parse(document);
  const [name, node] = Object.entries(asItem(parsed)).find(([key]) => key !== TEXT) ?? [];
  if (name === undefined) throw new Error("no element");
  // The parser takes a document without its end for a whole one.
  const end = document.slice(document.lastIndexOf("<")).trimEnd();
  if (!(end.startsWith(`</${name}`) || end.endsWith("/>")) || !end.endsWith(">")) throw new Error("cut off");
  return { name, node };
}

/** Reads a node as its shape says, so that it equals what botocore makes of it; times become ISO text. */
export function decodeXml(model: AwsModel, shapeName: string, node: unknown): unknown {
  const shape = model.shapes[shapeName];
  if (!shape) return decodeScalar(shapeName, textOf(node));
  if (shape.list !== undefined) {
    const { list } = shape;
    return (shape.flattened ? asList(node) : children(node)).map((entry) => decodeXml(model, list, entry));
  }
  if (shape.map !== undefined) {
    const { map, key = "key", value = "value" } = shape;
    const entries = (shape.flattened ? asList(node) : children(node)).map(asItem);
    return Object.fromEntries(entries.map((entry) => [textOf(entry[key]), decodeXml(model, map, entry[value])]));
  }
  const item = asItem(Array.isArray(node) ? node[0] : node);
  const decoded: Item = {};
  for (const [member, kept] of Object.entries(shape.members ?? {})) {
    const { shape: inner, name } = typeof kept === "string" ? { shape: kept, name: member } : kept;
    if (item[name] !== undefined) decoded[member] = decodeXml(model, inner, item[name]);
  }
  return decoded;
}

/** The text of an element without elements in it. */
export function textOf(node: unknown): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return textOf(node[0]);
  const inner = asItem(node)[TEXT];
  return typeof inner === "string" ? inner : "";
}

function decodeScalar(type: string, text: string): unknown {
  if (type === "boolean") return text === "true";
  if (type === "integer" || type === "float") return text === "" ? null : Number(text);
  if (type === "timestamp") return isoText(text);
  return type === "policy" ? policyFrom(text) : text;
}

const asList = (node: unknown): unknown[] => (Array.isArray(node) ? node : [node]);

/** The elements within an element, whatever their names: APIs call a list's entries differently. */
const children = (node: unknown): unknown[] =>
  Object.entries(asItem(node))
    .filter(([name]) => name !== TEXT && !name.startsWith(ATTRIBUTE))
    .flatMap(([, inner]) => asList(inner));
