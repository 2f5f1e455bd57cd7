import { Graph, layout } from "@dagrejs/dagre";
import type { PageNode } from "../../formats/dbt/artifacts/lineage-page.ts";

export interface Box {
  node: PageNode;
  /** Of the left upper corner. */
  x: number;
  y: number;
  width: number;
  /** The name, cut to what fits. */
  text: string;
}

export interface Layout {
  width: number;
  height: number;
  boxes: Box[];
  lines: { from: string; to: string; points: { x: number; y: number }[] }[];
}

export const BOX_HEIGHT = 44;
const WIDEST = 240;
const PADDING = 14;
const MARGIN = 12;
/** Room for the dot that shows a status. */
const MARK = 12;
const FONT = "600 14px system-ui, sans-serif";

/** What stands below a name. */
export const kindOf = ({ materialized, type }: PageNode) => materialized ?? type;

/** Places nodes from left to right, each right of what it is made from; lengths in pixels. */
export function layOut(nodes: readonly PageNode[]): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 56, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const measure = textMeasure();
  const shown = new Set(nodes.map(({ id }) => id));
  const texts = new Map(nodes.map(({ id, label }) => [id, shorten(label, measure)]));
  for (const node of nodes) {
    const { id } = node;
    const inside = Math.max(measure(texts.get(id) ?? ""), measure(kindOf(node)) + MARK);
    const width = Math.ceil(inside + 2 * PADDING);
    graph.setNode(id, { width, height: BOX_HEIGHT });
  }
  for (const { id, parents } of nodes) {
    for (const parent of parents) if (shown.has(parent)) graph.setEdge(parent, id);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.max(width, 2 * MARGIN),
    height: Math.max(height, 2 * MARGIN),
    boxes: nodes.map((node) => {
      const { x, y, width: boxWidth } = graph.node(node.id);
      return { node, x: x - boxWidth / 2, y: y - BOX_HEIGHT / 2, width: boxWidth, text: texts.get(node.id) ?? "" };
    }),
    lines: graph.edges().map(({ v, w }) => ({ from: v, to: w, points: graph.edge(v, w).points ?? [] })),
  };
}

function textMeasure(): (text: string) => number {
  const canvas = document.createElement("canvas").getContext("2d");
  if (canvas) canvas.font = FONT;
  return (text) => canvas?.measureText(text).width ?? text.length * 8;
}

/** Keeps the end as well as the start, since names of models often differ there. */
function shorten(label: string, measure: (text: string) => number): string {
  const letters = [...label.replaceAll(/\s+/g, " ")];
  if (measure(letters.join("")) <= WIDEST - 2 * PADDING) return letters.join("");
  let kept = letters.length;
  const cut = () =>
    `${letters.slice(0, Math.ceil(kept / 2)).join("")}…${letters.slice(-Math.floor(kept / 2)).join("")}`;
  while (kept > 2 && measure(cut()) > WIDEST - 2 * PADDING) kept -= 1;
  return cut();
}
