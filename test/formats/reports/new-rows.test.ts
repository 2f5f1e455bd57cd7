import * as fc from "fast-check";
import { expect, it } from "vitest";
import { castCell, joinColumns, type KindedColumn, kindsOf } from "../../../src/formats/reports/column-kinds.ts";
import { findNewRows } from "../../../src/formats/reports/new-rows.ts";
import type { ReportCell, ReportTable } from "../../../src/formats/reports/report.ts";

interface Merged {
  columns: KindedColumn[];
  rows: ReportCell[][];
}

/** What a data file becomes by a report, in memory. */
function merge({ columns: known, rows }: Merged, table: ReportTable): Merged {
  const found = findNewRows(
    table,
    known.map(({ name }) => name),
  );
  for (const row of rows) found.meet(row);
  const columns = joinColumns(known, kindsOf(table));
  const widen = (row: ReportCell[], names: string[]) =>
    columns.map(({ name, kind }) => castCell(row[names.indexOf(name)] ?? null, kind));
  return {
    columns,
    rows: [
      ...rows.map((row) =>
        widen(
          row,
          known.map(({ name }) => name),
        ),
      ),
      ...found.left().map((row) => widen(row, table.columns)),
    ],
  };
}

const mergeAll = (tables: readonly ReportTable[]) => tables.reduce<Merged>(merge, { columns: [], rows: [] });

/** The rows as a multiset: each as the values that it has, by column. */
const multiset = ({ columns, rows }: Merged) =>
  rows
    .map((row) =>
      JSON.stringify(columns.flatMap(({ name }, index) => (row[index] === null ? [] : [[name, row[index]]])).sort()),
    )
    .sort();

const cell = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 2 }), fc.constantFrom("a", "b", "1"), fc.boolean());
const columns = fc.uniqueArray(fc.constantFrom("date", "amount", "note", "extra"), { minLength: 1 });
const table: fc.Arbitrary<ReportTable> = columns.chain((names) =>
  fc
    .array(fc.array(cell, { minLength: names.length, maxLength: names.length }), { maxLength: 6 })
    .map((rows) => ({ name: "", columns: names, rows, identity: [] })),
);

it("overlapping reports make the same rows in any order, however often each is merged", () => {
  fc.assert(
    fc.property(fc.array(table, { maxLength: 4 }), fc.infiniteStream(fc.nat()), (tables, order) => {
      const once = mergeAll(tables);
      const shuffled = tables
        .map((one) => ({ one, by: order.next().value }))
        .sort((a, b) => Number(a.by) - Number(b.by));
      const again = mergeAll([...shuffled.map(({ one }) => one), ...tables]);
      expect(multiset(again)).toEqual(multiset(once));
      // Every row is there as often as the report that has it most often says, and no more often.
      for (const one of tables) expect(multiset(mergeAll([...tables, one]))).toEqual(multiset(once));
    }),
  );
});

it("a window that moves over bookings brings each of them once, equal ones of a day as often as they are", () => {
  const booking = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom("coffee", "bread"));
  const windows = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(booking, { maxLength: 12 }), windows, (bookings, spans) => {
      // A bank's report has all bookings of its days.
      const within = ([day]: [number, string], [one, other]: [number, number]) =>
        day >= Math.min(one, other) && day <= Math.max(one, other);
      const reports = spans.map((span) => ({
        ...{ name: "", columns: ["day", "what"], identity: [] },
        rows: bookings.filter((entry) => within(entry, span)).map(([day, what]): ReportCell[] => [day, what]),
      }));
      const expected = bookings.filter((entry) => spans.some((span) => within(entry, span)));
      expect(
        mergeAll(reports)
          .rows.map((row) => row.join())
          .sort(),
      ).toEqual(expected.map((row) => row.join()).sort());
    }),
  );
});

it("bookings of one name are one, whose first version stays; a name that comes twice in a report is two", () => {
  const report = (...rows: ReportCell[][]): ReportTable => ({
    ...{ name: "", columns: ["account", "id", "text"], rows, identity: ["account", "id"] },
  });
  const merged = mergeAll([
    report(["A", "1", "pending"], ["B", "1", "other account"], ["A", null, "nameless"]),
    report(["A", "1", "booked"], ["A", null, "nameless"], ["A", null, "Nameless"]),
    report(["A", "2", "one"], ["A", "2", "two"]),
    report(["A", "2", "two"], ["A", "2", "one"]),
  ]);
  expect(merged.rows).toEqual([
    ["A", "1", "pending"],
    ["B", "1", "other account"],
    ["A", null, "nameless"],
    ["A", null, "Nameless"],
    ["A", "2", "one"],
    ["A", "2", "two"],
  ]);
});

it("a column that changes its kind becomes texts, and one that comes later is missing before", () => {
  const merged = mergeAll([
    { name: "", columns: ["a", "b"], rows: [[1.5, null]], identity: [] },
    { name: "", columns: ["b", "a", "c"], rows: [[true, "x", 7]], identity: [] },
    { name: "", columns: ["a"], rows: [["1.5"]], identity: [] },
  ]);
  expect(merged).toEqual({
    columns: [
      { name: "a", kind: "text" },
      { name: "b", kind: "boolean" },
      { name: "c", kind: "number" },
    ],
    rows: [
      ["1.5", null, null],
      ["x", true, 7],
    ],
  });
});

it("100,000 equal rows meet 100,000 stored ones in time", () => {
  const rows = Array.from({ length: 100_000 }, (): ReportCell[] => ["coffee"]);
  const found = findNewRows({ name: "", columns: ["what"], rows, identity: [] }, ["what"]);
  for (const row of rows.slice(1)) found.meet(row);
  expect(found.left()).toHaveLength(1);
});
