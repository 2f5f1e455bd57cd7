import type { LineagePage } from "../../formats/dbt/artifacts/lineage-page.ts";
import { readAddress } from "./address.ts";
import { find, html } from "./element.ts";
import { drawGraph } from "./graph-view.ts";
import { showNode } from "./node-details.ts";
import { listNodes } from "./node-list.ts";
import { showOverview } from "./overview.ts";
import { openGraph } from "./project-graph.ts";

// The Worker wrote it into the page from a value of this type.
const page = JSON.parse(find("lineage", HTMLScriptElement).textContent) as LineagePage;
const graph = openGraph(page);
const filter = find("filter", HTMLInputElement);
const around = find("around", HTMLInputElement);
const details = find("details", HTMLElement);

const chosenNode = () => graph.nodes.get(readAddress() ?? "") ?? null;

function showChosen(): void {
  const chosen = chosenNode();
  listNodes(graph, chosen, filter.value);
  drawGraph(graph, chosen, around.checked);
  around.disabled = chosen === null;
  if (chosen) return showNode(graph, chosen);
  const hint = graph.nodes.size === 0 ? "Sync a source, or upload a dbt project." : "Choose a node to see its details.";
  details.replaceChildren(html("p", {}, hint));
}

showOverview(page);
showChosen();
filter.addEventListener("input", () => listNodes(graph, chosenNode(), filter.value));
around.addEventListener("change", showChosen);
window.addEventListener("hashchange", () => {
  // The link that was followed is drawn anew: whoever came by keyboard goes on where they were.
  const place = document.activeElement?.closest("#graph, #nodes");
  showChosen();
  place?.querySelector<HTMLElement | SVGElement>("[aria-current]")?.focus({ preventScroll: true });
  const isBelow = details.getBoundingClientRect().top > window.innerHeight * 0.8;
  if (isBelow) find("lineage-title", HTMLElement).scrollIntoView({ block: "start" });
});
find("skip", HTMLElement).addEventListener("click", (event) => {
  // Its address would be that of a node.
  event.preventDefault();
  details.focus();
});
