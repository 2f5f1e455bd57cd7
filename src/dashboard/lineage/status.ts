import type { PageNode, PageStatus, PageTest } from "../../formats/dbt/artifacts/lineage-page.ts";
import { html } from "./element.ts";

const WORDS: Record<PageStatus, string> = {
  success: "built",
  pass: "passed",
  warn: "warned",
  fail: "failed",
  error: "failed",
  skipped: "skipped",
};
const TONES: Record<PageStatus, string> = {
  success: "good",
  pass: "good",
  warn: "fair",
  fail: "bad",
  error: "bad",
  skipped: "fair",
};
/** From the worst on. */
const ORDER: PageStatus[] = ["error", "fail", "skipped", "warn", "success", "pass"];

export const wordFor = (status: PageStatus | null) => (status === null ? "not run" : WORDS[status]);

export const toneOf = (status: PageStatus | null) => (status === null ? "none" : TONES[status]);

/** Says a status in words, beside its colour. */
export const showStatus = (status: PageStatus | null, word = wordFor(status)) =>
  html("span", { class: `status ${toneOf(status)}` }, word);

export const testsOf = ({ tests, columns }: PageNode): PageTest[] => [
  ...tests,
  ...columns.flatMap((column) => column.tests),
];

/** The worst of a node and its tests, so that a failing test is seen from afar. */
export function worstStatus(node: PageNode): PageStatus | null {
  const statuses = new Set([node.status, ...testsOf(node).map(({ status }) => status)]);
  return ORDER.find((status) => statuses.has(status)) ?? null;
}

/** The worst status in words, saying when it is that of a test; null for a source that nothing tests. */
export function worstWord(node: PageNode): string | null {
  const worst = worstStatus(node);
  if (worst === null && node.type === "source") return null;
  return worst === node.status ? wordFor(worst) : `test ${wordFor(worst)}`;
}

/** Says the worst status beside a name. */
export function showWorst(node: PageNode): HTMLElement | null {
  const word = worstWord(node);
  return word === null ? null : showStatus(worstStatus(node), word);
}
