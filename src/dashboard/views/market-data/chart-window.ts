/** Candles or rates that a chart can draw: one length of candle of one symbol. */
export interface Source {
  data_type: "raw" | "agg" | "alt";
  timeframe: string;
  /** Time between two bars, ms. */
  step: number;
  /** First and last bar, ms UTC. */
  from: number;
  to: number;
}

/** A stretch of time, ms UTC. */
export interface Stretch {
  from: number;
  to: number;
}

/** What is read at once. */
export interface Request extends Stretch {
  source: Source;
}

/** Bars that are read at once at most. */
const MOST_BARS = 4000;
/** Bars that are drawn around a moment when nobody has said how many. */
export const FIRST_BARS = 150;

/** The finest candles of which at most so many are in view, else the coarsest. */
export function chooseSource(sources: readonly Source[], visible: Stretch, most: number): Source | null {
  const there = sources.filter(({ from, to }) => from <= visible.to && to >= visible.from);
  const fitting = there.length > 0 ? there : sources;
  const span = visible.to - visible.from;
  return fitting.find(({ step }) => span / step <= most) ?? fitting.at(-1) ?? null;
}

/** What has to be read for a view: the same as before while that has all of it, else the view and as much around it. */
export function planRequest(before: Request | null, source: Source, visible: Stretch): Request {
  const end = source.to + source.step;
  const from = Math.max(visible.from, source.from);
  const to = Math.min(visible.to, end);
  const isHeld = before?.source.timeframe === source.timeframe && before.source.data_type === source.data_type;
  if (before && isHeld && from >= before.from && to <= before.to) return before;
  const span = Math.min(visible.to - visible.from, (MOST_BARS / 3) * source.step);
  const middle = Math.min(Math.max((visible.from + visible.to) / 2, source.from), end);
  return {
    source,
    from: Math.max(source.from, Math.floor(middle - 1.5 * span)),
    to: Math.min(end, Math.ceil(middle + 1.5 * span)),
  };
}

/** The moment at a place of a chart whose places count bars; beyond the bars time goes on evenly. */
export function timeAt(bars: readonly { ts: number }[], step: number, place: number): number {
  const first = bars[0]?.ts ?? 0;
  const last = bars.at(-1)?.ts ?? 0;
  if (place <= 0) return first + place * step;
  if (place >= bars.length - 1) return last + (place - bars.length + 1) * step;
  const below = bars[Math.floor(place)]?.ts ?? first;
  const above = bars[Math.ceil(place)]?.ts ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** The place of a moment: the other way round. */
export function placeOf(bars: readonly { ts: number }[], step: number, time: number): number {
  const first = bars[0]?.ts ?? 0;
  const last = bars.at(-1)?.ts ?? 0;
  if (time <= first) return (time - first) / step;
  if (time >= last) return bars.length - 1 + (time - last) / step;
  const next = findFirstAfter(bars, time);
  const below = bars[next - 1]?.ts ?? first;
  const above = bars[next]?.ts ?? last;
  return next - 1 + (time - below) / (above - below);
}

/** Index of the first bar after a moment, by halving. */
function findFirstAfter(bars: readonly { ts: number }[], time: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.ts ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
