import type { PageNode } from "../../formats/dbt/artifacts/lineage-page.ts";
import { linkTo } from "./address.ts";
import { find, html, svg } from "./element.ts";
import { type Box, BOX_HEIGHT, kindOf, type Layout, layOut } from "./graph-layout.ts";
import type { ProjectGraph } from "./project-graph.ts";
import { toneOf, worstStatus, worstWord } from "./status.ts";

/** Drawing more takes a browser seconds and helps nobody. */
const MOST_NODES = 400;

/** Draws the graph; around the chosen node alone when asked to, or when the whole is too large. */
export function drawGraph(graph: ProjectGraph, chosen: PageNode | null, aroundChosen: boolean): void {
  const frame = find("graph", HTMLElement);
  const all = [...graph.nodes.values()];
  const lineage = chosen && graph.lineageOf(chosen.id);
  const tooMany = all.length > MOST_NODES;
  const nodes = lineage && (aroundChosen || tooMany) ? all.filter(({ id }) => lineage.has(id)) : all;
  if (nodes.length === 0) return frame.replaceChildren(html("p", {}, "There is nothing to draw yet."));
  if (nodes.length > MOST_NODES) {
    const text = `${nodes.length} nodes are too many for one picture: choose one in the list.`;
    return frame.replaceChildren(html("p", {}, text));
  }
  const drawn = draw(layOut(nodes), graph, chosen, lineage);
  frame.replaceChildren(drawn);
  drawn.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function draw(
  { width, height, boxes, lines }: Layout,
  graph: ProjectGraph,
  chosen: PageNode | null,
  lineage: ReadonlySet<string> | null,
): SVGSVGElement {
  const isFar = (...ids: string[]) => lineage !== null && !ids.every((id) => lineage.has(id));
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" });
  picture.setAttribute("aria-label", "Lineage: arrow keys go along the lines");
  for (const { from, to, points } of lines) {
    picture.append(svg("path", { class: isFar(from, to) ? "line far" : "line", d: curve(points) }));
  }
  const links = new Map(boxes.map((box) => [box.node.id, drawBox(box, box.node === chosen, isFar(box.node.id))]));
  picture.append(...links.values());
  picture.addEventListener("keydown", (event) => {
    const current = boxes.find(({ node }) => links.get(node.id) === document.activeElement);
    const next = current && neighbour(event.key, current, boxes, graph);
    if (!next) return;
    event.preventDefault();
    links.get(next)?.focus();
  });
  return picture;
}

function drawBox({ node, x, y, width, text }: Box, isChosen: boolean, isFar: boolean): SVGAElement {
  const status = worstStatus(node);
  const said = [`${node.type} ${node.label}`, worstWord(node)].filter((word) => word !== null).join(", ");
  return svg(
    "a",
    {
      href: linkTo(node.id),
      class: `box ${node.type}${isFar ? " far" : ""}`,
      transform: `translate(${x} ${y})`,
      "aria-label": said,
      "aria-current": isChosen ? "true" : null,
    },
    svg("title", {}, node.label),
    svg("rect", { width, height: BOX_HEIGHT, rx: 6 }),
    svg("rect", { class: "stripe", width: 5, height: BOX_HEIGHT, rx: 2.5 }),
    svg("text", { class: "name", x: 14, y: 19 }, text),
    svg("text", { class: "kind", x: 14, y: 35 }, kindOf(node)),
    status === null ? null : svg("circle", { class: toneOf(status), cx: width - 12, cy: 31, r: 4 }),
  );
}

/** Along a line with left and right, within what stands below another with up and down. */
function neighbour(key: string, { node, x, y }: Box, boxes: readonly Box[], graph: ProjectGraph): string | null {
  const middle = (box: Box) => Math.abs(box.y - y);
  const nearest = (ids: readonly string[]) =>
    boxes.filter((box) => ids.includes(box.node.id)).sort((a, b) => middle(a) - middle(b))[0]?.node.id ?? null;
  if (key === "ArrowLeft") return nearest(node.parents);
  if (key === "ArrowRight") return nearest(graph.childrenOf(node.id));
  const column = boxes.filter((box) => Math.abs(box.x - x) < 100);
  const ids = (found: readonly Box[]) => found.map((box) => box.node.id);
  if (key === "ArrowUp") return nearest(ids(column.filter((box) => box.y < y)));
  if (key === "ArrowDown") return nearest(ids(column.filter((box) => box.y > y)));
  return null;
}

/** A line through the points without corners: each is the control of a curve between the middles beside it. */
function curve(points: readonly { x: number; y: number }[]): string {
  const [first, ...others] = points;
  if (!first) return "";
  const parts = others.map((point, index) => {
    const next = others[index + 1];
    if (!next) return `L${point.x} ${point.y}`;
    return `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}`;
  });
  return `M${first.x} ${first.y}${parts.join("")}`;
}
