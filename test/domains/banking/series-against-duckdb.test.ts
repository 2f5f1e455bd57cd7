import fc from "fast-check";
import { expect, it } from "vitest";
import { askDuckdb, writeWithDuckdb } from "../../support/duckdb.ts";
import { newPerson, type Person } from "./person.ts";

/** A way to write the same rows, and to read them again in their order with `n`, the number of the row. */
interface Format {
  ending: string;
  copy: string;
  read(file: string, x: PlaceKind): string;
}

interface PlaceKind {
  sql: string;
  /** The place of the first row. */
  first: string;
  /** A value as a literal; null where it is missing. */
  value: fc.Arbitrary<string | null>;
  /** A label, ours or DuckDB's, in the one form in which they are compared. */
  plain(label: string): string;
}

const day = (days: number) => new Date(Date.UTC(2024, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
const asTime = (label: string) => `${Date.parse(`${label.replace(" ", "T")}${label.includes(":") ? "Z" : ""}`)} ms`;
const sometimes = (value: fc.Arbitrary<string>) => fc.option(value, { nil: null, freq: 8 });

const PLACES: Record<string, PlaceKind> = {
  // Few of them, so that many places are the same.
  integer: {
    first: "3",
    sql: "INTEGER",
    value: sometimes(fc.integer({ min: -20, max: 20 }).map(String)),
    plain: String,
  },
  double: {
    first: "0.5",
    sql: "DOUBLE",
    value: sometimes(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -999, max: 999 }).map((n) => String(n / 8)) },
        { weight: 1, arbitrary: fc.constant("'nan'") },
      ),
    ),
    plain: (label) => String(Number(label)),
  },
  day: {
    first: "'2024-01-01'",
    sql: "DATE",
    value: sometimes(fc.integer({ min: -30_000, max: 400 }).map((n) => `'${day(n)}'`)),
    plain: asTime,
  },
  time: {
    first: "'2024-01-01 10:00:00'",
    sql: "TIMESTAMP",
    value: sometimes(
      fc.tuple(fc.integer({ min: -30_000, max: 400 }), fc.integer({ min: 0, max: 59 })).map(([n, s]) => {
        return `'${day(n)} 11:07:${String(s).padStart(2, "0")}'`;
      }),
    ),
    plain: asTime,
  },
  text: {
    first: "'a'",
    sql: "VARCHAR",
    value: sometimes(fc.constantFrom("'a'", "'b, c'", "'d\"e'", "'ű'", "'-'", "'007'")),
    plain: String,
  },
};

/** What is no number is written in all the ways in which DuckDB has it. */
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -5000, max: 5000 }).map((n) => String(n / 4)) },
  { weight: 2, arbitrary: fc.constantFrom(null, "'nan'", "'inf'", "'-inf'") },
);

const FORMATS: Format[] = [
  {
    ending: "parquet",
    copy: "FORMAT parquet, ROW_GROUP_SIZE 2048",
    read: (file) => `SELECT file_row_number AS n, x, y FROM read_parquet(${file}, file_row_number = true)`,
  },
  {
    ending: "csv",
    copy: "HEADER",
    read: (file, { sql }) =>
      `SELECT row_number() OVER () - 1 AS n, x, y FROM read_csv(${file}, columns = {'x': '${sql}', 'y': 'DOUBLE'}, quote = '"', nullstr = '')`,
  },
];

interface Point {
  n: number;
  x: string;
  y: number;
}

interface Series {
  x: string[];
  y: number[];
  meta: Record<string, unknown>;
}

/** What DuckDB says are the points of a file: rows with a place and a finite value. */
function pointsOf({ ending, read }: Format, kind: PlaceKind, content: Uint8Array): Promise<Point[]> {
  const isPlace = kind.sql === "DOUBLE" ? "NOT isnan(x)" : "true";
  const sql = `SELECT n, x::VARCHAR AS x, y FROM (${read(`{f.${ending}}`, kind)}) WHERE x IS NOT NULL AND ${isPlace} AND isfinite(y) ORDER BY n`;
  return askDuckdb<Point>(sql, { [`f.${ending}`]: content });
}

async function plot(person: Person, filename: string, query: string): Promise<Series> {
  const answer = await person.get(`/data/files/${filename}/series?${query}`);
  expect(answer.status).toBe(200);
  return answer.json<Series>();
}

/** A point, and how many there are before it. */
type StretchOf = (point: Point, index: number) => number;

/** Rows or points that share two points at most, so that a line of `max_points` has all of their extremes. */
function stretchesOf(count: number, max_points: number, most_buckets: number) {
  let bucket_rows = 1;
  while (count > bucket_rows * most_buckets) bucket_rows *= 2;
  const buckets = Math.ceil(count / bucket_rows);
  const stretches = Math.min(buckets, Math.max(1, Math.floor((max_points - 2) / 2)));
  return (place: number) => Math.floor((Math.floor(place / bucket_rows) * stretches) / buckets);
}

/** Of a sidecar, whose buckets have rows, points or not. */
function stretchesOfRows(rows: number, max_points: number): StretchOf {
  const stretchOf = stretchesOf(rows, max_points, SIDECAR_BUCKETS);
  return ({ n }) => stretchOf(n);
}

/** Of a reading of the file, which counts nothing but points. */
function stretchesOfPoints(points: number, max_points: number): StretchOf {
  const stretchOf = stretchesOf(points, max_points, 2 * Math.ceil(max_points / 2));
  return (_, index) => stretchOf(index);
}

function expectLine(series: Series, points: Point[], kind: PlaceKind, max_points: number, stretchOf: StretchOf): void {
  const keyOf = (x: string, y: number) => `${kind.plain(x)} → ${y}`;
  const shown = series.x.map((x, index) => keyOf(x, series.y[index] ?? Number.NaN));
  const known = points.map(({ x, y }) => keyOf(x, y));
  expect(series.meta).toMatchObject({ n_points: shown.length, total_points: points.length });
  if (points.length <= max_points) expect(shown).toEqual(known);
  const all = new Set(known);
  expect(shown.filter((point) => !all.has(point))).toEqual([]);
  expect([shown[0], shown.at(-1)]).toEqual([known[0], known.at(-1)]);
  const drawn = new Set(shown);
  const stretches = Map.groupBy(points, stretchOf);
  for (const members of stretches.values()) {
    const values = members.map(({ y }) => y);
    for (const extreme of [Math.min(...values), Math.max(...values)]) {
      const places = members.filter(({ y }) => y === extreme).map(({ x, y }) => keyOf(x, y));
      expect(places.some((place) => drawn.has(place))).toBe(true);
    }
  }
}

/** The preview's rows and DuckDB's, in one form: what is no number is null, and so is a place that is none. */
async function expectPreview(person: Person, filename: string, content: Uint8Array, format: Format, kind: PlaceKind) {
  const answer = await person.get(`/data/files/${filename}/preview?rows=5000`);
  const { preview } = await answer.json<{ preview: { n_rows: number; rows: { x: unknown; y: unknown }[] } }>();
  const file = `f.${format.ending}`;
  const isPlace = kind.sql === "DOUBLE" ? "isfinite(x)" : "true";
  const known = await askDuckdb<{ x: string | null; y: number | null }>(
    `SELECT CASE WHEN ${isPlace} THEN x::VARCHAR END AS x, CASE WHEN isfinite(y) THEN y END AS y FROM (${format.read(`{${file}}`, kind)}) ORDER BY n`,
    { [file]: content },
  );
  const plain = (x: unknown) => (x === null ? null : kind.plain(String(x).replace(/\.000Z$/, "")));
  expect(preview.n_rows).toBe(known.length);
  expect(preview.rows.map(({ x, y }) => [plain(x), y])).toEqual(known.map(({ x, y }) => [plain(x), y]));
}

/** Of every column in a sidecar, which has the lines against times. */
const SIDECAR_BUCKETS = 16_384;

const cases = FORMATS.flatMap((format) => Object.entries(PLACES).map(([place, kind]) => ({ place, kind, ...format })));

it.each(cases)(
  "a $ending file is shown, and plotted against $place places, as DuckDB reads it",
  async (one) => {
    const { kind, ending, copy } = one;
    const person = await newPerson();
    const row = fc.record({ x: kind.value, y: amount });
    let file = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 150 }),
        fc.integer({ min: 10, max: 60 }),
        async (rows, max_points) => {
          // Types are known by the first row.
          const values = [{ x: kind.first, y: "1.5" }, ...rows].map(
            ({ x, y }) => `(${x ?? "NULL"}::${kind.sql}, ${y ?? "NULL"}::DOUBLE)`,
          );
          const content = await writeWithDuckdb(`SELECT * FROM (VALUES ${values.join(", ")}) rows(x, y)`, copy);
          const filename = `random-${file++}.${ending}`;
          expect((await person.upload(filename, content)).status).toBe(201);

          await expectPreview(person, filename, content, one, kind);
          const series = await plot(person, filename, `y=y&x=x&max_points=${max_points}`);
          expect(series.y.length).toBeLessThanOrEqual(max_points);
          const has_sidecar = ending === "parquet" && kind.plain === asTime;
          const points = await pointsOf(one, kind, content);
          const stretchOf = has_sidecar
            ? stretchesOfRows(values.length, max_points)
            : stretchesOfPoints(points.length, max_points);
          expectLine(series, points, kind, max_points, stretchOf);
        },
      ),
      { numRuns: 12 },
    );
  },
  60_000,
);

it.each(FORMATS)(
  "a $ending file longer than its sidecar is plotted as DuckDB reads it",
  async (format) => {
    const { ending, copy } = format;
    const kind = PLACES["integer"];
    if (!kind) throw new Error("No such places");
    const person = await newPerson();
    const rows = 40_000;
    const sql = `SELECT i AS x, CASE WHEN i % 11 < 9 THEN hash(i) % 100003 / 8 END AS y FROM range(${rows}) rows(i)`;
    const content = await writeWithDuckdb(sql, copy);
    await person.upload(`long.${ending}`, content);
    const points = await pointsOf(format, kind, content);
    for (const max_points of [10, 999, 100_000]) {
      // Without `x` the places are the numbers of the rows, which are those of `x`.
      for (const [query, stretchOf] of [
        ["y=y", stretchesOfRows(rows, max_points)],
        ["y=y&x=x", stretchesOfPoints(points.length, max_points)],
      ] as const) {
        const series = await plot(person, `long.${ending}`, `${query}&max_points=${max_points}`);
        expect(series.y.length).toBeLessThanOrEqual(max_points);
        expectLine(series, points, kind, max_points, stretchOf);
        expect(series.x.map(Number)).toEqual(series.x.map(Number).toSorted((one, other) => one - other));
      }
    }
  },
  60_000,
);
