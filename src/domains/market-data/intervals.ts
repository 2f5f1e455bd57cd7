/** A half-open stretch of time `[from, to)` in ms UTC. */
export interface Interval {
  from: number;
  to: number;
}

/** The same stretches in order, with those that touch or overlap made one. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    if (from >= to) continue;
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** What of `range` no interval of `covered` (merged) contains. */
export function subtractIntervals(range: Interval, covered: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let from = range.from;
  for (const interval of covered) {
    if (interval.to <= from) continue;
    if (interval.from >= range.to) break;
    if (interval.from > from) rest.push({ from, to: interval.from });
    from = Math.max(from, interval.to);
  }
  if (from < range.to) rest.push({ from, to: range.to });
  return rest;
}

/** Whether one interval of `covered` (merged) contains the whole range. */
export function isCovered(range: Interval, covered: readonly Interval[]): boolean {
  return subtractIntervals(range, covered).length === 0;
}

/**
 * Stretches of `range` in which a candle every `step` ms would be expected but `ts` (ascending) has none. A stretch
 * shorter than a step is no gap: weekly and three-day candles are not aligned to the range.
 */
export function findGaps(ts: ArrayLike<number>, range: Interval, step: number): Interval[] {
  const gaps: Interval[] = [];
  let expected = range.from;
  for (let index = 0; index < ts.length; index++) {
    const time = ts[index] ?? expected;
    if (time < range.from || time >= range.to) continue;
    if (time - expected >= step) gaps.push({ from: expected, to: time });
    expected = time + step;
  }
  if (range.to - expected >= step) gaps.push({ from: expected, to: range.to });
  return gaps;
}
