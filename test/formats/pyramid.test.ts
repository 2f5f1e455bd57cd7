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
        expect(column.buckets.min.length).toBeLessThanOrEqual(16);
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
