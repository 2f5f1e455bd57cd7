import type { PageColumn, PageNode, PageTest } from "../../formats/dbt/artifacts/lineage-page.ts";
import { linkTo } from "./address.ts";
import { find, html } from "./element.ts";
import type { ProjectGraph } from "./project-graph.ts";
import { showStatus, wordFor } from "./status.ts";

/** Shows all that is known of a node. */
export function showNode(graph: ProjectGraph, node: PageNode): void {
  const tests =
    node.tests.length === 0 ? [] : [heading("Tests"), html("ul", { class: "tests" }, ...node.tests.map(listTest))];
  find("details", HTMLElement).replaceChildren(
    html("p", { class: `kind ${node.type}` }, node.materialized ?? node.type),
    html("h2", {}, node.label),
    ...(node.description === "" ? [] : [html("p", { class: "description" }, node.description)]),
    showFacts(node),
    ...showColumns(node.columns),
    ...tests,
    ...showLinks("Made from", node.parents, graph),
    ...showLinks("Read by", graph.childrenOf(node.id), graph),
    ...showCode("Source", node.raw_code),
    ...showCode("Compiled SQL", node.compiled_code),
  );
}

const heading = (text: string) => html("h3", {}, text);

function showFacts(node: PageNode): HTMLElement {
  const { relation, row_count, path, tags, status, message, execution_seconds, completed_at } = node;
  const seconds = execution_seconds === null ? "" : `, ${execution_seconds.toFixed(2)} s`;
  const facts: [string, (Node | string)[] | null][] = [
    ["Status", node.type === "source" ? null : [showStatus(status), message ? ` ${message}` : ""]],
    ["Last run", completed_at === null ? null : [showTime(completed_at), seconds]],
    ["Name in SQL", relation === null ? null : [html("code", {}, relation)]],
    ["Rows", row_count === null ? null : [row_count.toLocaleString("en")]],
    ["File", [html("code", {}, path)]],
    ["Package", [node.package]],
    ["Tags", tags.length === 0 ? null : [tags.join(", ")]],
  ];
  const shown = facts.flatMap(([term, texts]) =>
    texts === null ? [] : [html("dt", {}, term), html("dd", {}, ...texts)],
  );
  return html("dl", {}, ...shown);
}

export const showTime = (iso: string) =>
  html("time", { datetime: iso }, iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC"));

function showColumns(columns: readonly PageColumn[]): HTMLElement[] {
  if (columns.length === 0) return [];
  const rows = columns.map(({ name, type, description, tests }) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, name),
      html("td", {}, type ?? ""),
      html("td", { class: "description" }, description),
      html("td", {}, tests.length === 0 ? "" : html("ul", { class: "tests" }, ...tests.map(listTest))),
    ),
  );
  const titles = ["Column", "Type", "Description", "Tests"].map((title) => html("th", { scope: "col" }, title));
  const table = html("table", {}, html("thead", {}, html("tr", {}, ...titles)), html("tbody", {}, ...rows));
  return [
    heading("Columns"),
    html("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Columns" }, table),
  ];
}

function listTest({ name, status, message, compiled_code }: PageTest): HTMLElement {
  const text = status === "pass" || message === null ? "" : ` ${message}`;
  const code = compiled_code === null ? [] : showCode("SQL", compiled_code);
  return html("li", {}, html("span", {}, name), " ", showStatus(status), text, ...code);
}

function showLinks(title: string, ids: readonly string[], graph: ProjectGraph): HTMLElement[] {
  const nodes = ids.flatMap((id) => graph.nodes.get(id) ?? []);
  if (nodes.length === 0) return [];
  const links = nodes.map((node) => {
    const said = node.type === "source" ? node.type : `${node.type}, ${wordFor(node.status)}`;
    return html("li", {}, html("a", { href: linkTo(node.id) }, node.label), ` ${said}`);
  });
  return [heading(title), html("ul", {}, ...links)];
}

function showCode(title: string, code: string | null): HTMLElement[] {
  if (code === null || code.trim() === "") return [];
  return [html("details", {}, html("summary", {}, title), html("pre", { tabindex: 0 }, html("code", {}, code.trim())))];
}
