import {
  type CollectionTag,
  type Document,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  type ScalarTag,
  type Tags,
} from "yaml";
import { problemAt } from "./problems.ts";

/** A YAML file that was read. */
export interface YamlFile {
  path: string;
  value: unknown;
  /** The line where the entry at these keys begins; of what is around it when it is not there. */
  lineOf(keys: readonly (string | number)[]): number;
}

/** Kinds of values that dbt's reader has, but templates print as they are written. */
const LEFT_AS_TEXT = /timestamp|binary|omap|pairs|set$/;

/**
 * Reads a YAML file as PyYAML does, of which dbt's reader is made: YAML 1.1, so that `yes` is true. Dates stay texts.
 * Throws a `Problem` fault naming the line for what is no YAML.
 */
export function readYaml(path: string, text: string): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseText(path, text, lineCounter);
  const [fault] = document.errors;
  if (fault) throw problemAt(path, lineCounter.linePos(fault.pos[0]).line, `This is not YAML: ${fault.message}`);
  const lineOf = (keys: readonly (string | number)[]): number => {
    for (let depth = keys.length; depth >= 0; depth--) {
      const offset = offsetOf(nodeAt(document, keys.slice(0, depth)));
      if (offset !== undefined) return lineCounter.linePos(offset).line;
    }
    return 1;
  };
  try {
    return { path, value: document.toJS({ maxAliasCount: 100 }), lineOf };
  } catch (error) {
    // Aliases that multiply, and nesting without end.
    if (error instanceof ReferenceError) throw problemAt(path, 1, `This is not YAML: ${error.message}`);
    if (error instanceof RangeError) throw problemAt(path, 1, "This is not YAML: it is nested too deeply");
    throw error;
  }
}

/** Brackets of lists and mappings in one file: the reader's work grows with their square when they nest. */
const MOST_BRACKETS = 20_000;

function parseText(path: string, text: string, lineCounter: LineCounter): Document {
  if ((text.match(/[[{]/g)?.length ?? 0) > MOST_BRACKETS) {
    throw problemAt(path, 1, `This is not read: it has more than ${MOST_BRACKETS} brackets`);
  }
  try {
    return parseDocument(text, { version: "1.1", merge: true, lineCounter, customTags: asPython, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) throw problemAt(path, 1, "This is not YAML: it is nested too deeply");
    throw error;
  }
}

const asPython = (tags: Tags): Tags =>
  tags.flatMap((tag): Tags => {
    if (typeof tag === "string") return LEFT_AS_TEXT.test(tag) ? [] : [tag];
    if (LEFT_AS_TEXT.test(tag.tag)) return [];
    if (!isBoolean(tag)) return [tag];
    // To PyYAML `y` and `n` are texts.
    return [{ ...tag, test: tag.test?.test("yes") ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : NO }];
  });

const isBoolean = (tag: CollectionTag | ScalarTag): tag is ScalarTag => tag.tag.endsWith(":bool");

const NO = /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/;

/** The key of a mapping's value, as it may stand lines above it; an element of a list itself. */
function nodeAt(document: Document, keys: readonly (string | number)[]): unknown {
  const last = keys.at(-1);
  const around = keys.length < 2 ? document.contents : document.getIn(keys.slice(0, -1), true);
  const pair = isMap(around) ? around.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
  return pair?.key ?? (last === undefined ? document.contents : document.getIn(keys, true));
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === "number" ? start : undefined;
}
