import { formatCount } from "../../components/format.ts";
import { formatInstant, type Series } from "./series.ts";

const WIDTH = 1000;
/** Narrower than this nobody would see it. */
const NARROWEST = 2;

interface Stretch {
  from: number;
  to: number;
  state: "missing" | "no_trades";
}

/** Stretches without rows: between what was collected, and within it. */
export function listHoles({ intervals, gaps }: Series): Stretch[] {
  const between = intervals.slice(1).map((next, index) => ({
    from: Date.parse(intervals[index]?.to ?? next.from),
    to: Date.parse(next.from),
    state: "missing" as const,
  }));
  const within = gaps.map(({ from, to, state }) => ({ from: Date.parse(from), to: Date.parse(to), state }));
  return [...between, ...within].sort((a, b) => a.from - b.from);
}

/** What has been collected of a series as a bar from its first to its last moment; gaps stand out. */
export function CoverageBar({ series }: { series: Series }) {
  const { intervals, first, last } = series;
  const from = Date.parse(intervals[0]?.from ?? first ?? "");
  const to = Date.parse(intervals.at(-1)?.to ?? last ?? "");
  if (!(to > from)) return <span class="quiet">–</span>;
  const holes = listHoles(series);
  const scale = WIDTH / (to - from);
  return (
    <svg
      class="coverage"
      viewBox={`0 0 ${WIDTH} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Collected from ${formatInstant(from)} to ${formatInstant(to)}, ${describeCount(holes.length)}`}
    >
      <rect class="collected" x="0" y="0" width={WIDTH} height="20" />
      {holes.map((hole) => (
        <rect
          key={hole.from}
          class={hole.state}
          x={(hole.from - from) * scale}
          y="0"
          width={Math.max(NARROWEST, (hole.to - hole.from) * scale)}
          height="20"
        />
      ))}
    </svg>
  );
}

const describeCount = (count: number) =>
  count === 0 ? "without gaps" : `${formatCount(count)} ${count === 1 ? "gap" : "gaps"}`;
