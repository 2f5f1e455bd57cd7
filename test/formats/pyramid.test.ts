import fc from "fast-check";
import { expect, it } from "vitest";
import { createColumnPyramid, drawLine } from "../../src/formats/pyramid.ts";
import { readPyramid, readPyramidHeader, findPyramid, writePyramids } from "../../src/formats/pyramid-file.ts";

const value = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);

it("the least and the largest value of any stretch survive, whatever the batches", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { maxLength: 40 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 4, max: 60 }),
      (batches, points) => {
        const values = batches.flat();
        const builder = createColumnPyramid(16);
        for (const batch of batches) builder.add(Float64Array.from(batch), null);
        const column = builder.finish();
        const filled = values.filter((y) => !Number.isNaN(y));
        const { x, y } = drawLine(column, points);
        expect(column.row_count).toBe(values.length);
        expect(column.buckets.early.length).toBeLessThanOrEqual(16);
        expect(x.length).toBeLessThanOrEqual(Math.max(points, 16));
        for (const [index, place] of x.entries()) expect(y[index]).toBe(values[place]);
        expect(Array.from(x)).toEqual(Array.from(x).toSorted((a, b) => a - b));
        if (filled.length === 0) return void expect(x.length).toBe(0);
        expect([Math.min(...y), Math.max(...y)]).toEqual([Math.min(...filled), Math.max(...filled)]);
        expect([y[0], y.at(-1)]).toEqual([filled[0], filled.at(-1)]);
      },
    ),
  );
});

it("a line goes the way of its rows, wherever these lead", () => {
  const places = Float64Array.from({ length: 2000 }, (_, row) => 500 * Math.floor(row / 500) - (row % 500));
  const values = Float64Array.from(places, (_, row) => ((row * 7919) % 1009) - 500);
  const builder = createColumnPyramid(64);
  builder.add(values, places);
  const column = builder.finish();
  const bytes = writePyramids("x", new Map([["y", column]]));
  const header = readPyramidHeader(bytes);
  const { offset, length } = findPyramid(bytes, header, "y") ?? { offset: 0, length: 0 };
  for (const read of [column, readPyramid(bytes.subarray(offset, offset + length), header, "y")]) {
    const { x, y } = drawLine(read, 60);
    const rows = Array.from(x, (place, index) => {
      return values.findIndex((known, row) => known === y[index] && places[row] === place);
    });
    expect(rows).toEqual(rows.toSorted((one, other) => one - other));
    expect(new Set(rows).size).toBeGreaterThan(50);
  }
});

it("a file of before, whose buckets have the least and the largest, is drawn by place", () => {
  const builder = createColumnPyramid(2);
  builder.add(Float64Array.of(5, 1, 2, 3), Float64Array.of(9, 8, 7, 6));
  const bytes = writePyramids("x", new Map([["y", builder.finish()]]));
  const { by_row: _, ...header } = readPyramidHeader(bytes);
  const { offset, length } = findPyramid(bytes, header, "y") ?? { offset: 0, length: 0 };
  const { buckets } = readPyramid(bytes.subarray(offset, offset + length), header, "y");
  expect([...buckets.early_x, ...buckets.late_x]).toEqual([8, 6, 9, 7]);
  expect([...buckets.early, ...buckets.late]).toEqual([1, 3, 5, 2]);
});

it("points that fit are all drawn, however many rows are none", () => {
  const builder = createColumnPyramid(1000);
  builder.add(
    Float64Array.from({ length: 900 }, (_, row) => (row % 3 === 0 ? row : Number.NaN)),
    null,
  );
  expect(drawLine(builder.finish(), 300).x).toHaveLength(300);
});

it("a place may be infinite at the ends of a file, too", () => {
  const builder = createColumnPyramid(8);
  builder.add(Float64Array.of(1, 2, 3), Float64Array.of(Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY));
  const column = builder.finish();
  const bytes = writePyramids("x", new Map([["y", column]]));
  const header = readPyramidHeader(bytes);
  const { offset, length } = findPyramid(bytes, header, "y") ?? { offset: 0, length: 0 };
  expect(readPyramid(bytes.subarray(offset, offset + length), header, "y")).toEqual(column);
});

it("a file gives back each of its columns from the column's own bytes", () => {
  const build = (factor: number) => {
    const builder = createColumnPyramid(8);
    builder.add(
      Float64Array.from({ length: 100 }, (_, row) => (row + 1) * factor),
      null,
    );
    return builder.finish();
  };
  const columns = new Map([
    ["first", build(1)],
    ["zweite ö", build(-2.5)],
  ]);
  const bytes = writePyramids("ts", columns);
  const header = readPyramidHeader(bytes);
  expect(header).toMatchObject({ x: "ts", row_count: 100, bucket_rows: 16, bucket_count: 7 });
  for (const [name, column] of columns) {
    const { offset, length } = findPyramid(bytes, header, name) ?? { offset: 0, length: 0 };
    expect(readPyramid(bytes.subarray(offset, offset + length), header, name)).toEqual(column);
  }
  expect(findPyramid(bytes, header, "third")).toBeNull();
});
