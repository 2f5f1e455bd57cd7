import { matchesPattern } from "../wildcards.ts";
import type { ProjectNode } from "./nodes.ts";

/** One criterion of a selector, such as `2+tag:nightly+`. */
export interface Criterion {
  raw: string;
  method: string;
  /** What follows the method's name after a point, such as `materialized` in `config.materialized:view`. */
  argument: string;
  value: string;
  /** How many generations to add; Infinity for all, 0 for none. */
  parents: number;
  children: number;
  /** `@`: descendants, and all that those depend on. */
  childrensParents: boolean;
}

const CRITERION = /^(@)?(?:(\d*)\+)?(?:([\w.]+):)?(.*?)(?:\+(\d*))?$/s;

/** Reads a criterion as dbt does; its method is guessed from the value when it has none. */
export function parseCriterion(raw: string): Criterion {
  const [, at, before, named, value = "", after] = CRITERION.exec(raw) ?? [];
  const [method = "", ...rest] = (named ?? guessMethod(value)).split(".");
  const generations = (text: string | undefined) => (text === undefined ? 0 : text === "" ? Infinity : Number(text));
  return {
    raw,
    method,
    argument: rest.join("."),
    value,
    parents: generations(before),
    children: generations(after),
    childrensParents: at !== undefined,
  };
}

function guessMethod(value: string): string {
  if (value.includes("/")) return "path";
  return /\.(?:sql|py|csv)$/i.test(value) ? "file" : "fqn";
}

type Matcher = (node: ProjectNode, criterion: Criterion) => boolean;

const MATCHERS: Record<string, Matcher> = {
  fqn: (node, { value }) =>
    node.resource_type !== "source" && (isInFqn(node.fqn, value) || isInFqn(node.fqn.slice(1), value)),
  tag: (node, { value }) => node.tags.some((tag) => matchesPattern(value, tag)),
  source: (node, { value }) => node.resource_type === "source" && isSource(node, value),
  path: (node, { value }) => isBelow(node.original_file_path, value),
  file: (node, { value }) => {
    const file = node.original_file_path.slice(node.original_file_path.lastIndexOf("/") + 1);
    return matchesPattern(value, file) || matchesPattern(value, file.replace(/\.[^.]+$/, ""));
  },
  package: (node, { value }) => matchesPattern(value, node.package_name),
  config: (node, { value, argument }) => hasSetting(node.config, argument.split("."), value),
  resource_type: (node, { value }) => node.resource_type === value,
  test_type: (node, { value }) =>
    node.resource_type === "test" &&
    (value === "data" ||
      (value === "generic" ? node.test_metadata !== null : value === "singular" && !node.test_metadata)),
  test_name: (node, { value }) =>
    node.resource_type === "test" && node.test_metadata !== null && matchesPattern(value, node.test_metadata.name),
  access: (node, { value }) => node.resource_type === "model" && node.access === value,
  group: (node, { value }) => typeof node.config.group === "string" && matchesPattern(value, node.config.group),
};

/** How a criterion tells nodes; undefined when there is no method of its name. */
export const matcherOf = ({ method }: Criterion): Matcher | undefined =>
  Object.hasOwn(MATCHERS, method) ? MATCHERS[method] : undefined;

/** `folder.sub` means all below, a name alone the node of this name. */
function isInFqn(fqn: readonly string[], selector: string): boolean {
  if (fqn.at(-1) === selector) return true;
  const [parts, wanted] = [fqn.flatMap((part) => part.split(".")), selector.split(".")];
  if (parts.length < wanted.length) return false;
  const pattern = wanted.findIndex((part) => /[*?[\]]/.test(part));
  const exact = pattern === -1 ? wanted : wanted.slice(0, pattern);
  if (!exact.every((part, place) => parts[place] === part)) return false;
  return pattern === -1 || matchesPattern(wanted.slice(pattern).join("."), parts.slice(pattern).join("."));
}

function isSource(node: ProjectNode & { resource_type: "source" }, value: string): boolean {
  const parts = value.split(".");
  const [table = "*", source = "*", packageName = "*"] = parts.length === 1 ? ["*", value] : parts.toReversed();
  const pairs: [string, string][] = [
    [packageName, node.package_name],
    [source, node.source_name],
    [table, node.name],
  ];
  return parts.length <= 3 && pairs.every(([pattern, text]) => matchesPattern(pattern, text));
}

/** A file, a folder with all below it, or a pattern of paths. */
function isBelow(path: string, value: string): boolean {
  const wanted = value.replace(/^\.\//, "").replace(/\/+$/, "");
  if (path === wanted || path.startsWith(`${wanted}/`)) return true;
  if (!/[*?[]/.test(wanted)) return false;
  const folders = path.split("/").map((_, count, parts) => parts.slice(0, count + 1).join("/"));
  return folders.some((folder) => matchesPattern(wanted, folder));
}

function hasSetting(settings: Record<string, unknown>, keys: readonly string[], value: string): boolean {
  let found: unknown = settings;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return false;
    found = Object.entries(found).find(([name]) => name === key)?.[1];
  }
  if (Array.isArray(found)) return found.some((item) => String(item) === value);
  if (typeof found === "object" && found !== null) return Object.hasOwn(found, value);
  return typeof found === "boolean" ? String(found) === value.toLowerCase() : String(found) === value;
}
