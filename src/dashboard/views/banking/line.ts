/** What `/data/files/{filename}/series` answers. */
interface Series {
  x: string[];
  y: number[];
  meta: { y_column: string; x_column: string | null; total_points: number };
}

/** A line to draw, from left to right. */
export interface Line {
  name: string;
  /** Column of the places; null for rows. */
  over: string | null;
  /** Seconds since 1970, numbers, or the number of the point where the places are neither. */
  x: number[];
  y: number[];
  isTime: boolean;
  /** Points of the file, of which the line shows those that make its shape. */
  total_points: number;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;
/** A step that is so much longer than the usual one is a gap. */
const GAP_STEPS = 5;

/** Reads places as times or numbers, and puts the points in their order. */
export function readLine({ x: labels, y, meta }: Series): Line {
  const isNumber = labels.every((label) => NUMBER.test(label));
  const times = isNumber ? [] : labels.map(secondsOf);
  const isTime = !isNumber && times.every(Number.isFinite);
  const places = isNumber ? labels.map(Number) : isTime ? times : labels.map((_label, index) => index);
  const points = places.map((place, index) => ({ place, value: y[index] ?? Number.NaN }));
  points.sort((a, b) => a.place - b.place);
  return {
    name: meta.y_column,
    over: meta.x_column,
    x: points.map(({ place }) => place),
    y: points.map(({ value }) => value),
    isTime,
    total_points: meta.total_points,
  };
}

/** Times without a zone are shown as they are written, so that they count as UTC. */
const secondsOf = (label: string) =>
  Date.parse(WITHOUT_ZONE.test(label) ? `${label.replace(" ", "T")}Z` : label) / 1000;

/** Places where the line has a gap: the index of the point before it. */
export function findGaps({ x }: Line): number[] {
  const steps = x.slice(1).map((place, index) => place - (x[index] ?? place));
  const usual = steps.filter((step) => step > 0).sort((a, b) => a - b);
  const median = usual[Math.floor(usual.length / 2)];
  if (median === undefined) return [];
  return steps.flatMap((step, index) => (step > median * GAP_STEPS ? [index] : []));
}

/** The line with nothing in its gaps, as uPlot draws it. */
export function breakAtGaps(line: Line): [number[], (number | null)[]] {
  const gaps = new Set(findGaps(line));
  const x: number[] = [];
  const y: (number | null)[] = [];
  for (const [index, place] of line.x.entries()) {
    x.push(place);
    y.push(line.y[index] ?? null);
    if (!gaps.has(index)) continue;
    x.push((place + (line.x[index + 1] ?? place)) / 2);
    y.push(null);
  }
  return [x, y];
}
