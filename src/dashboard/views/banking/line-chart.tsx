import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { breakAtGaps, type Line } from "./line.ts";
import { readThemeColor } from "../../components/theme-color.ts";

const HEIGHT = 320;
const DARK = window.matchMedia("(prefers-color-scheme: dark)");

interface LineChartProps {
  line: Line;
  hasGaps: boolean;
}

/** A line to look into: dragging over it zooms, and so do the buttons. */
export function LineChart({ line, hasGaps }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  useEffect(() => (place.current ? draw(place.current, line, hasGaps, chart) : undefined), [line, hasGaps]);
  const zoom = (factor: number, shift = 0) => {
    if (chart.current) moveTo(chart.current, line, factor, shift);
  };
  return (
    <div>
      <div class="row" role="group" aria-label="Zoom">
        <button type="button" onClick={() => zoom(0.5)}>
          Zoom in
        </button>
        <button type="button" onClick={() => zoom(2)}>
          Zoom out
        </button>
        <button type="button" aria-label="Earlier" onClick={() => zoom(1, -0.5)}>
          ←
        </button>
        <button type="button" aria-label="Later" onClick={() => zoom(1, 0.5)}>
          →
        </button>
        <button type="button" onClick={() => zoom(Number.POSITIVE_INFINITY)}>
          Show all
        </button>
      </div>
      <div
        ref={place}
        class="line-chart"
        role="img"
        aria-label={`${line.name} as a line; the table below sums it up`}
      />
    </div>
  );
}

/** Draws, again whenever the colours change; returns how to take it away. */
function draw(place: HTMLElement, line: Line, hasGaps: boolean, chart: { current: uPlot | null }): () => void {
  const data: uPlot.AlignedData = hasGaps ? breakAtGaps(line) : [line.x, line.y];
  const redraw = () => {
    chart.current?.destroy();
    chart.current = new uPlot(optionsOf(place, line), data, place);
  };
  redraw();
  const observer = new ResizeObserver(() => chart.current?.setSize({ width: place.clientWidth, height: HEIGHT }));
  observer.observe(place);
  DARK.addEventListener("change", redraw);
  return () => {
    observer.disconnect();
    DARK.removeEventListener("change", redraw);
    chart.current?.destroy();
    chart.current = null;
  };
}

function optionsOf(place: HTMLElement, { name, over, isTime }: Line): uPlot.Options {
  const axis = { stroke: readThemeColor(place, "quiet"), grid: { stroke: readThemeColor(place, "line"), width: 1 } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: isTime } },
    // Times are shown as the file has them.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    axes: [axis, { ...axis, size: 64 }],
    series: [
      { label: over ?? "Row", ...(isTime && { value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" }) },
      { label: name, stroke: readThemeColor(place, "accent"), width: 2, spanGaps: false },
    ],
  };
}

/** Widens what is seen by a factor and moves it by a share of its width, within the line. */
function moveTo(chart: uPlot, { x }: Line, factor: number, shift: number): void {
  const first = x[0] ?? 0;
  const last = x.at(-1) ?? first;
  const { min = first, max = last } = chart.scales["x"] ?? {};
  const width = Math.min(last - first, (Number(max) - Number(min)) * factor);
  const middle = (Number(min) + Number(max)) / 2 + (Number(max) - Number(min)) * shift;
  const start = Math.min(Math.max(first, middle - width / 2), last - width);
  chart.setScale("x", { min: start, max: start + width });
}
