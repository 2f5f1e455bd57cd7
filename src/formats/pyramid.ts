/** Stretches of rows of one column, each with its least and largest value in the order of rows; NaN without a value. */
export interface Buckets {
  early: Float64Array;
  late: Float64Array;
  /** Place of the earlier one on the x axis. */
  early_x: Float64Array;
  late_x: Float64Array;
}

/** Points of a line, in its order. */
export interface Points {
  x: Float64Array;
  y: Float64Array;
}

/** The buckets of a whole column, and the ends of its line. */
export interface ColumnPyramid {
  buckets: Buckets;
  /** Rows of each bucket, a power of two. */
  bucket_rows: number;
  row_count: number;
  /** Rows that are points: those with a value and a place. */
  point_count: number;
  /** `[x, y]` of the first and the last value; null without any. */
  first: [number, number] | null;
  last: [number, number] | null;
}

export interface ColumnPyramidBuilder {
  /** Takes the next rows; `x` has their places, which are row numbers without it. */
  add(values: Float64Array, x: Float64Array | null): void;
  finish(): ColumnPyramid;
}

/**
 * Gathers a column of any length into at most `most_buckets` buckets, an even number, and at least half as many where
 * there are as many rows: once full, two become one.
 */
export function createColumnPyramid(most_buckets: number): ColumnPyramidBuilder {
  let buckets = emptyBuckets(most_buckets);
  let bucket_rows = 1;
  let row_count = 0;
  let point_count = 0;
  let first: [number, number] | null = null;
  let last: [number, number] | null = null;

  return {
    add(values, x) {
      for (let row = 0; row < values.length;) {
        if (row_count === bucket_rows * most_buckets) {
          buckets = resize(mergeInto(buckets, most_buckets / 2), most_buckets);
          bucket_rows *= 2;
        }
        const left = bucket_rows - (row_count % bucket_rows);
        const stretch = { values, x, from: row, to: Math.min(values.length, row + left), before: row_count - row };
        const ends = fillBucket(buckets, Math.floor(row_count / bucket_rows), stretch);
        first ??= ends?.first ?? null;
        last = ends?.last ?? last;
        point_count += ends?.count ?? 0;
        row_count += stretch.to - row;
        row = stretch.to;
      }
    },
    finish() {
      const count = Math.ceil(row_count / bucket_rows);
      return { buckets: resize(buckets, count), bucket_rows, row_count, point_count, first, last };
    },
  };
}

/** Rows `from` up to `to` of a batch, all of one bucket. */
interface Stretch {
  values: Float64Array;
  x: Float64Array | null;
  from: number;
  to: number;
  /** Added to a row's position in the batch it gives its number. */
  before: number;
}

/** Widens a bucket by rows; returns the first and last point and how many there are, null without any. */
function fillBucket(buckets: Buckets, bucket: number, { values, x, from, to, before }: Stretch) {
  let [first, last, lowest, highest] = [-1, -1, -1, -1];
  let count = 0;
  for (let row = from; row < to; row++) {
    const y = values[row] as number;
    // The difference is zero for all but NaN and the infinities; a row without a place is no point.
    if (y - y !== 0 || (x !== null && Number.isNaN(x[row] as number))) continue;
    if (first === -1) first = lowest = highest = row;
    else if (y < (values[lowest] as number)) lowest = row;
    else if (y > (values[highest] as number)) highest = row;
    last = row;
    count++;
  }
  if (first === -1) return null;
  const pointAt = (row: number): [number, number] => [x === null ? before + row : (x[row] ?? 0), values[row] ?? 0];
  for (const row of [Math.min(lowest, highest), Math.max(lowest, highest)]) {
    const [place, y] = pointAt(row);
    widen(buckets, bucket, y, place);
  }
  return { first: pointAt(first), last: pointAt(last), count };
}

/** The line in at most `points` points, 4 at least: all, or both ends and the extremes of each stretch in between. */
export function drawLine({ buckets, bucket_rows, point_count, first, last }: ColumnPyramid, points: number): Points {
  const isWhole = bucket_rows === 1 && point_count <= points;
  const drawn = isWhole ? buckets : mergeInto(buckets, Math.max(1, Math.floor((points - 2) / 2)));
  const line: [number, number][] = [];
  const add = (x: number, y: number) => {
    const [before_x, before_y] = line.at(-1) ?? [];
    if (!Number.isNaN(y) && (x !== before_x || y !== before_y || isWhole)) line.push([x, y]);
  };
  if (first && !isWhole) add(...first);
  for (const [index, early] of drawn.early.entries()) {
    add(drawn.early_x[index] as number, early);
    if (!isWhole) add(drawn.late_x[index] as number, drawn.late[index] as number);
  }
  if (last && !isWhole) add(...last);
  return { x: Float64Array.from(line, ([x]) => x), y: Float64Array.from(line, ([, y]) => y) };
}

/** The named arrays of the buckets in the order in which files have them. */
export const BUCKET_PARTS = ["early", "late", "early_x", "late_x"] as const;

function emptyBuckets(count: number): Buckets {
  const part = () => new Float64Array(count).fill(Number.NaN);
  return { early: part(), late: part(), early_x: part(), late_x: part() };
}

/** Takes a point that is later than all of the bucket's; the extreme that it does not replace becomes the early one. */
function widen({ early, late, early_x, late_x }: Buckets, bucket: number, y: number, x: number): void {
  const [one, other] = [early[bucket] as number, late[bucket] as number];
  if (y >= Math.min(one, other) && y <= Math.max(one, other)) return;
  if (Number.isNaN(one)) {
    early[bucket] = y;
    early_x[bucket] = x;
  } else if (y > one === other < one) {
    early[bucket] = other;
    early_x[bucket] = late_x[bucket] as number;
  }
  late[bucket] = y;
  late_x[bucket] = x;
}

/** As many buckets as are wanted, or as there are: stretches of almost as many neighbours each. */
function mergeInto(buckets: Buckets, wanted: number): Buckets {
  const from = buckets.early.length;
  const merged = emptyBuckets(Math.min(from, wanted));
  for (const [index, y] of buckets.early.entries()) {
    if (Number.isNaN(y)) continue;
    const target = Math.floor((index * merged.early.length) / from);
    widen(merged, target, y, buckets.early_x[index] as number);
    widen(merged, target, buckets.late[index] as number, buckets.late_x[index] as number);
  }
  return merged;
}

function resize(buckets: Buckets, count: number): Buckets {
  const resized = emptyBuckets(count);
  for (const part of BUCKET_PARTS) resized[part].set(buckets[part].subarray(0, count));
  return resized;
}
