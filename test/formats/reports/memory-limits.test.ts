import { type CellObject, utils, type WorkSheet, write } from "@e965/xlsx";
import { describe, expect, it } from "vitest";
import { findNewRows } from "../../../src/formats/reports/new-rows.ts";
import type { ReportCell } from "../../../src/formats/reports/report.ts";
import { groupRows } from "../../../src/formats/reports/row-groups.ts";
import { read, refusal } from "./read.ts";

const TOO_MANY = "413 The report has more than 100000 cells";
const textCell = (v: string): CellObject => ({ t: "s", v });

function workbook(sheets: readonly WorkSheet[]): Uint8Array {
  const book = utils.book_new();
  for (const [index, sheet] of sheets.entries()) utils.book_append_sheet(book, sheet, `S${index}`);
  return new Uint8Array(write(book, { type: "array", bookType: "xlsx", compression: true }) as ArrayBuffer);
}

describe("a spreadsheet of few cells", () => {
  it("that lie far to the right is refused while it is read", async () => {
    const cells = Array.from({ length: 5000 }, (_, row) => [`ALL${row + 1}`, textCell("x")]);
    const sheet = { ...Object.fromEntries(cells), "!ref": "A1:ALL5000" } as WorkSheet;
    expect(await refusal(workbook([sheet]))).toBe(TOO_MANY);
  });
});

describe("HTML whose cells span others", () => {
  it("is refused when its tables have too many cells only together", async () => {
    const table = "<table><tr><th colspan=400>a<tr><td colspan=400>1</table>";
    expect((await read(table.repeat(10))).tables).toHaveLength(10);
    expect(await refusal(table.repeat(200))).toBe(TOO_MANY);
  });

  it("is refused when a long text is shown too often, and cut off behind what a cell holds", async () => {
    const page = (rows: number) =>
      `<table><tr><th>a<tr><td rowspan=${rows}>${"x".repeat(1_000_000)}${"<tr>".repeat(rows)}</table>`;
    const { tables } = await read(page(2));
    expect(tables[0]?.rows.map(([cell]) => String(cell).length)).toEqual([32_767, 32_767]);
    expect(await refusal(page(1000).replace("<td ", "<td colspan=2 "))).toBe(
      "413 The report has more than 33554432 characters in its cells",
    );
  });
});

it("a text of MT940 and of CSV is cut off behind what a cell holds, too", async () => {
  const long = "x".repeat(40_000);
  const mt940 = `:20:A\n:25:1\n:60F:C260101EUR1,\n:61:260102C1,NTRFX\n:86:${long}\n:62F:C260102EUR2,\n`;
  for (const content of [mt940, `a;b\n${long};1\n`]) {
    const cells = (await read(content)).tables.flatMap(({ rows }) => rows.flat());
    expect(Math.max(...cells.map((cell) => String(cell).length))).toBe(32_767);
  }
});

describe("OFX", () => {
  const booking = "<STMTTRN><DTPOSTED>20260101</DTPOSTED><TRNAMT>1</TRNAMT><FITID>1</FITID></STMTTRN>";

  it("of statements in one another has each booking once", async () => {
    const text = `<OFX>${"<STMTRS>".repeat(50)}${booking.repeat(100)}${"</STMTRS>".repeat(50)}</OFX>`;
    expect((await read(text)).tables[0]?.rows).toHaveLength(100);
  });

  it("of too many bookings is refused", async () => {
    expect(await refusal(`<OFX><STMTRS>${booking.repeat(10_000)}</STMTRS></OFX>`)).toBe(TOO_MANY);
  });

  it("whose bookings are in one another is refused", async () => {
    const text = `<OFX><STMTRS>${booking.replace("</STMTTRN>", booking)}</STMTTRN></STMTRS></OFX>`;
    expect(await refusal(text)).toBe("400 unreadable report: it is cut off or malformed");
  });
});

it("long rows are told apart, and known again", () => {
  const long = "x".repeat(30_000);
  const rows = Array.from({ length: 100 }, (_, row): ReportCell[] => [long, row]);
  const found = findNewRows({ name: "", columns: ["a", "b"], rows, identity: [] }, ["a", "b"]);
  for (const row of rows.slice(1)) found.meet(row);
  expect(found.left()).toEqual([[long, 0]]);
});

it("rows are written in groups of few cells and characters", async () => {
  async function* repeat(row: ReportCell[], times: number) {
    for (let time = 0; time < times; time++) yield await Promise.resolve(row);
  }
  const lengths = async (row: ReportCell[], times: number) => {
    const found: number[] = [];
    for await (const group of groupRows(repeat(row, times))) found.push(group.length);
    return found;
  };
  expect(await lengths(Array<number>(500).fill(1), 250)).toEqual([100, 100, 50]);
  expect(await lengths(["x".repeat(2 ** 19), "y"], 5)).toEqual([2, 2, 1]);
  expect(await lengths([1], 0)).toEqual([]);
});
