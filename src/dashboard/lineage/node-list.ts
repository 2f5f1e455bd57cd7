import type { PageNode } from "../../formats/dbt/artifacts/lineage-page.ts";
import { linkTo } from "./address.ts";
import { find, html } from "./element.ts";
import type { ProjectGraph } from "./project-graph.ts";
import { showWorst } from "./status.ts";

const GROUPS: { type: PageNode["type"]; title: string }[] = [
  { type: "source", title: "Sources" },
  { type: "seed", title: "Seeds" },
  { type: "model", title: "Models" },
  { type: "test", title: "Tests of several nodes" },
];

/** Lists the nodes that the filter's words are all found in. */
export function listNodes(graph: ProjectGraph, chosen: PageNode | null, filter: string): void {
  const words = filter.toLowerCase().split(/\s+/);
  const matches = (node: PageNode) => {
    const text = [node.label, node.schema, node.path, node.description, ...node.tags].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = [...graph.nodes.values()].filter(matches);
  const groups = GROUPS.flatMap(({ type, title }) =>
    listGroup(
      title,
      found.filter((node) => node.type === type),
      chosen,
    ),
  );
  const list = find("nodes", HTMLElement);
  const isMissing = groups.length === 0 && graph.nodes.size > 0;
  list.replaceChildren(...(isMissing ? [html("p", {}, "Nothing has these words.")] : groups));
  const count = `${found.length} of ${graph.nodes.size}`;
  find("found", HTMLElement).textContent = filter.trim() === "" ? "" : count;
}

function listGroup(title: string, nodes: readonly PageNode[], chosen: PageNode | null): HTMLElement[] {
  if (nodes.length === 0) return [];
  const sorted = [...nodes].sort((a, b) => a.schema.localeCompare(b.schema) || a.label.localeCompare(b.label));
  const items = sorted.map((node) =>
    html(
      "li",
      {},
      html(
        "a",
        { href: linkTo(node.id), class: node.type, "aria-current": node === chosen ? "true" : null },
        html("span", { class: "name" }, node.label),
        showWorst(node),
      ),
    ),
  );
  return [
    html("h2", {}, `${title} `, html("span", { class: "count" }, String(nodes.length))),
    html("ul", {}, ...items),
  ];
}
