import type { LineagePage, PageNode } from "../../formats/dbt/artifacts/lineage-page.ts";
import { find, html } from "./element.ts";
import { showTime } from "./node-details.ts";
import { testsOf } from "./status.ts";

const OUTCOMES: Record<string, string> = { success: "succeeded", error: "failed", running: "under way" };

/** Shows the project as a whole: its size, its last run, and what is wrong in its files. */
export function showOverview(page: LineagePage): void {
  const { project, nodes, last_run, problems } = page;
  find("project", HTMLElement).textContent = project === "" ? "dbt project" : project;
  const run = last_run
    ? [
        `Last run: ${last_run.command}, `,
        showTime(last_run.started_at),
        `, ${OUTCOMES[last_run.status] ?? last_run.status}.`,
      ]
    : [];
  find("summary", HTMLElement).replaceChildren(`${summarize(nodes)} `, ...run);
  if (problems.length === 0) return;
  const items = problems.map(({ path, line, message }) =>
    html("li", {}, html("code", {}, line === null ? path : `${path}:${line}`), ` ${message}`),
  );
  const list = find("problems", HTMLElement);
  list.replaceChildren(html("h2", {}, "Problems in the project's files"), html("ul", {}, ...items));
  list.hidden = false;
}

function summarize(nodes: readonly PageNode[]): string {
  const count = (type: PageNode["type"]) => nodes.filter((node) => node.type === type).length;
  const tests = nodes.flatMap(testsOf).concat(nodes.filter(({ type }) => type === "test").map(asTest));
  const failing = tests.filter(({ status }) => status === "fail" || status === "error").length;
  const parts = [plural(count("source"), "source"), plural(count("seed"), "seed"), plural(count("model"), "model")];
  const all = [...parts, plural(tests.length, "test")].filter((part) => !part.startsWith("0 "));
  if (all.length === 0) return "There are no models yet.";
  return `${all.join(", ")}${failing > 0 ? `, ${failing} failing` : ""}.`;
}

const asTest = ({ id, name, status, message, compiled_code }: PageNode) => ({
  id,
  name,
  status,
  message,
  failures: null,
  compiled_code,
});

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
