import { upstreamFailed } from "../../../errors.ts";
import type { SourceRow } from "../source.ts";

export const isRow = (value: unknown): value is SourceRow =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** All values at a path such as `data.items`, `$.pages[*].rows` or `edges[-1].cursor`; none when a part is missing. */
export function selectAll(value: unknown, path: string): unknown[] {
  const steps = path.replace(/^\$\.?/, "").match(/[^.[\]]+/g) ?? [];
  return steps.reduce<unknown[]>((found, step) => found.flatMap((each) => follow(each, step)), [value]);
}

/** The first value at a path; undefined when there is none. */
export const valueAt = (value: unknown, path: string): unknown => selectAll(value, path)[0];

/**
 * The rows of an answer. Without a path they are the answer itself if it is a list, or the only list of objects in it.
 * Throws when they are not where the path says, and when nothing says which of several lists they are.
 */
export function selectRows(name: string, body: unknown, path: string | null): SourceRow[] {
  const found = path === null ? [guessRows(name, body)] : selectAll(body, path);
  if (found.length === 0) throw upstreamFailed(`${name}: the answer has no ${path}`);
  // A null in place of a list is how several APIs say that there are no rows.
  const values = found.flat().filter((value) => value !== null);
  return values.map((value) => (isRow(value) ? value : { value }));
}

/** Rows at a path of an API that leaves out empty lists. */
export const rowsAt =
  (path: string) =>
  (body: unknown): SourceRow[] =>
    selectAll(body, path).flat().filter(isRow);

function follow(value: unknown, step: string): unknown[] {
  if (step === "*") return Array.isArray(value) ? value : isRow(value) ? Object.values(value) : [];
  if (Array.isArray(value)) {
    const item: unknown = /^-?\d+$/.test(step) ? value.at(Number(step)) : undefined;
    return item === undefined ? [] : [item];
  }
  const name = step.replace(/^(["'])(.*)\1$/, "$2");
  return isRow(value) && Object.hasOwn(value, name) && value[name] !== undefined ? [value[name]] : [];
}

function guessRows(name: string, body: unknown): unknown {
  if (Array.isArray(body)) return body;
  if (!isRow(body)) throw upstreamFailed(`${name}: the answer is neither a list nor an object`);
  const lists = Object.entries(body).filter(([, value]) => Array.isArray(value));
  const [first] = lists;
  if (!first) return body;
  if (lists.length === 1) return first[1];
  const names = lists.map(([key]) => key).join(", ");
  throw upstreamFailed(`${name}: the answer has several lists (${names}); say which by data_selector`);
}
