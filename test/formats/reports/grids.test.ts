import { type BookType, utils, write } from "@e965/xlsx";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { GridShape } from "../../../src/formats/reports/cell-grid.ts";
import { read, refusal } from "./read.ts";

const HOLDINGS = [
  ["Holdings of 2026-01-31"],
  ["Account", "12345678-00000001"],
  [],
  ["Instrumentum", null, "Darabszám", "Beker. ár", "Készletnap", "Hozam %", "Igaz"],
  ["OTP részvény", null, 10, 1234.5, new Date(Date.UTC(2026, 0, 15)), -0.25, true],
  ["MOL <részvény>", null, 3, 2000, new Date(Date.UTC(2026, 0, 16, 10, 30)), 0, false],
  ["Összesen", null, 13, null, null, null, null],
];

/** A workbook as SheetJS writes it. */
function workbook(sheets: Record<string, unknown[][]>, bookType: BookType): Uint8Array {
  const book = utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows, { UTC: true }), name);
  }
  return new Uint8Array(write(book, { type: "array", bookType, compression: true }) as ArrayBuffer);
}

describe.each([["xls", "biff8"] as const, ["xlsx", "xlsx"] as const])("an .%s", (format, bookType) => {
  it("is read from its heading on, its dates as ISO text", async () => {
    const report = await read(workbook({ Portfolio: HOLDINGS, Empty: [] }, bookType));
    expect(report).toEqual({
      format,
      balances: [],
      tables: [
        {
          name: "Portfolio",
          identity: [],
          columns: ["Instrumentum", "Darabszám", "Beker. ár", "Készletnap", "Hozam %", "Igaz"],
          rows: [
            ["OTP részvény", 10, 1234.5, "2026-01-15", -0.25, true],
            ["MOL <részvény>", 3, 2000, "2026-01-16T10:30:00", 0, false],
            ["Összesen", 13, null, null, null, null],
          ],
        },
      ],
    });
  });

  it("is shaped as the recipe of its bank says", async () => {
    const shape: GridShape = {
      ...{ skip_first_rows: 4, skip_last_rows: 1, drop_empty_columns: true },
      columns: ["name", "pieces", "price", "day", "gain", "flag"],
      ...{ rename: { price: "NewCurrency" }, drop_when_empty: ["pieces", "flag"] },
      add: [{ column: "Date_of_import", value: "import_date" }],
    };
    const { tables } = await read(workbook({ Portfolio: HOLDINGS }, bookType), { shape });
    expect(tables).toMatchObject([
      {
        columns: ["name", "pieces", "NewCurrency", "day", "gain", "flag", "Date_of_import"],
        rows: [
          ["OTP részvény", 10, 1234.5, "2026-01-15", -0.25, true, "2026-01-31"],
          ["MOL <részvény>", 3, 2000, "2026-01-16T10:30:00", 0, false, "2026-01-31"],
        ],
      },
    ]);
  });

  it("of more than 100,000 cells is refused before it is read", async () => {
    const rows = Array.from({ length: 10_001 }, () => Array.from({ length: 10 }, (_, column) => column));
    expect(await refusal(workbook({ Large: rows }, bookType))).toBe("413 The report has more than 100000 cells");
  });

  it("whose last cell is at the end of the sheet is read by the cells that it has", async () => {
    const book = utils.book_new();
    const sheet = utils.aoa_to_sheet([["name", "value"]]);
    utils.sheet_add_aoa(sheet, [["a", 1]], { origin: "A65536" });
    utils.book_append_sheet(book, sheet, "Sparse");
    const bytes = new Uint8Array(write(book, { type: "array", bookType }) as ArrayBuffer);
    expect((await read(bytes)).tables).toMatchObject([{ columns: ["name", "value"], rows: [["a", 1]] }]);
  });

  it("that is cut off is refused", async () => {
    const whole = workbook({ Portfolio: HOLDINGS }, bookType);
    for (const part of [0.2, 0.5, 0.9]) {
      expect(await refusal(whole.subarray(0, whole.length * part))).toMatch(/^400 unreadable report: /);
    }
  });
});

describe("an archive", () => {
  it("whose sheet claims a million rows and all columns is read by the cells that it has", async () => {
    const parts = unzipSync(
      workbook(
        {
          Portfolio: [
            ["name", "value"],
            ["a", 1],
          ],
        },
        "xlsx",
      ),
    );
    const path = "xl/worksheets/sheet1.xml";
    const sheet = new TextDecoder()
      .decode(parts[path])
      .replace(/<dimension ref="[^"]*"/, '<dimension ref="A1:XFD1048576"');
    expect(sheet).toContain("XFD1048576");
    const bytes = zipSync({ ...parts, [path]: new TextEncoder().encode(sheet) });
    expect((await read(bytes)).tables).toMatchObject([{ columns: ["name", "value"], rows: [["a", 1]] }]);
  });

  it("that unpacks to too much is refused before it does", async () => {
    const bomb = zipSync({ "xl/workbook.xml": new Uint8Array(40 * 1024 ** 2) }, { level: 9 });
    expect(await refusal(bomb)).toMatch(/^413 The report unpacks to too much/);
  });

  it("that lies about its size is refused", async () => {
    const bomb = zipSync({ "xl/workbook.xml": new Uint8Array(1024 ** 2) }, { level: 9 });
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    const directory = view.getUint32(bomb.length - 22 + 16, true);
    view.setUint32(directory + 24, 10, true);
    expect(await refusal(bomb)).toBe("400 unreadable report: its archive is damaged");
  });

  it("with millions of texts that no cell has is refused", async () => {
    const parts = unzipSync(workbook({ Portfolio: HOLDINGS }, "xlsx"));
    const texts = new TextEncoder().encode(`<sst>${"<si/>".repeat(1_300_000)}</sst>`);
    const bytes = zipSync({ ...parts, "xl/sharedStrings.xml": texts }, { level: 1 });
    expect(await refusal(bytes)).toBe("413 The report has more than 100000 cells");
  });

  it("of something else is refused", async () => {
    expect(await refusal(zipSync({ "a.txt": new Uint8Array(3) }))).toBe(
      "400 unreadable report: it is an archive, but no .xlsx",
    );
  });
});

describe("HTML", () => {
  const PAGE = `<html><head><meta charset="windows-1250"><style>td{}</style></head><body>
<table><tr><td><table><caption>Portf\u00f3li\u00f3</caption>
<tr><th>N\u00e9v<th colspan=2>Darab<th>\u00c1r
<tr><td rowspan="2">OTP&nbsp;Nyrt.<td>1.234<td>1,5<td>1&nbsp;000,25
<tr><td>2<td>-2,50<td>10,5-
</table></td></tr></table></body></html>`;

  it("is read as tables also when it is called a spreadsheet, with decimal commas as they are meant", async () => {
    const bytes = Uint8Array.from(PAGE, (letter) => letter.charCodeAt(0));
    const report = await read(bytes, { content_type: "application/vnd.ms-excel" });
    expect(report).toMatchObject({
      format: "html",
      tables: [
        {
          name: "Portfólió",
          columns: ["Név", "Darab", "Darab_2", "Ár"],
          rows: [
            ["OTP Nyrt.", 1234, 1.5, 1000.25],
            ["OTP Nyrt.", 2, -2.5, -10.5],
          ],
        },
      ],
    });
  });

  it("has the exact numbers that Excel wrote beside those it shows", async () => {
    const { tables } = await read("<table><tr><th>a<th>b<tr><td x:num='1.23456'>1,23<td>x</table>");
    expect(tables[0]?.rows).toEqual([[1.23456, "x"]]);
  });

  it.each([
    [
      "without a table",
      "<html><body>Session expired</body></html>",
      "400 unreadable report: it is HTML without a table",
    ],
    [
      "of a million rows without cells",
      `<table>${"<tr>".repeat(1_000_000)}`,
      "413 The report has more than 100000 cells",
    ],
    ["cut off in a table", PAGE.slice(0, -60), "400 unreadable report: it is cut off within a table"],
    ["nested without end", "<b>".repeat(100_000), "400 unreadable report: its elements are nested more than 1000 deep"],
    [
      "with cells that span everything",
      `<table>${"<tr><td colspan=1000 rowspan=1000>x".repeat(1000)}</table>`,
      "413 The report has more than 100000 cells",
    ],
  ])("is refused: %s", async (_, text, reason) => {
    expect(await refusal(text)).toBe(reason);
  });
});

describe("CSV", () => {
  it.each([
    ["semicolons and decimal commas", 'Konto;"12";\n\nDatum;Betrag;Text\n01.02.2026;-1.234,50;"a;b"\n02.02.2026;7;c\n'],
    ["tabs and Swiss apostrophes", "Datum\tBetrag\tText\n01.02.2026\t-1'234.50\ta;b\n02.02.2026\t7\tc\n"],
    ["commas", 'Datum,Betrag,Text\n01.02.2026,"-1,234.50",a;b\n02.02.2026,7,c\n'],
  ])("with %s is read from its heading on", async (_, text) => {
    const expected = {
      columns: ["Datum", "Betrag", "Text"],
      rows: [
        ["01.02.2026", -1234.5, "a;b"],
        ["02.02.2026", 7, "c"],
      ],
    };
    for (const encoded of [text, `\uFEFF${text}`]) expect((await read(encoded)).tables).toMatchObject([expected]);
    const utf16 = new Uint8Array(Uint16Array.from(`\uFEFF${text}`, (letter) => letter.charCodeAt(0)).buffer);
    expect((await read(utf16)).tables).toMatchObject([expected]);
  });

  it("keeps codes, long numbers and what a comma leaves open as texts", async () => {
    const { tables } = await read("code;account;dubious;spaced\n007;12345678901234567890;1,234;12 34\n");
    expect(tables[0]?.rows).toEqual([["007", "12345678901234567890", "1,234", "12 34"]]);
  });

  it("keeps a lone group of three digits as a text unless other numbers show the decimal sign", async () => {
    const { tables } = await read("whole;group;comma\n120;-120.000;2,350\n-7;2.350;+120,000-\n0;0.125;1\n");
    expect(tables[0]?.rows).toEqual([
      [120, "-120.000", "2,350"],
      [-7, "2.350", "+120,000-"],
      [0, 0.125, 1],
    ]);
    expect((await read("a;b\n2.350;1,5\n")).tables[0]?.rows).toEqual([[2350, 1.5]]);
    expect((await read("a;b\n2.350;1.5\n")).tables[0]?.rows).toEqual([[2.35, 1.5]]);
  });

  it("keeps numbers of telephones as texts, whatever a plus means before others", async () => {
    const { tables } = await read("phone;amount\n+36301234567;+1234\n+36 301 234 567;+12,50\n");
    expect(tables[0]?.rows).toEqual([
      ["+36301234567", 1234],
      ["+36 301 234 567", 12.5],
    ]);
  });

  it("has a column for every field, of whatever name", async () => {
    const { tables } = await read("a;a;__proto__;\n1;2;3;4\n");
    expect(tables[0]?.columns).toEqual(["a", "a_2", "_proto_", "column_4"]);
  });

  it.each([
    ["empty", "", "400 unreadable report: it is empty"],
    ["blank", " \n\n", "400 unreadable report: it is empty"],
    [
      "prose",
      "Dear customer\nplease sign in again\n",
      "400 unreadable report: it is no table: its lines have one field only",
    ],
    ["a heading only", "a;b\n", "400 unreadable report: it has no rows"],
    ["with an open quotation", 'a;b\n"1;2\n', "400 unreadable report: it has a quotation mark that is never closed"],
    ["of ten million blank lines", `a;b\n1;2\n${"\n".repeat(10_000_000)}`, "413 The report has more than 300000 lines"],
    ["of too many cells", `a;b\n${"1;2\n".repeat(60_000)}`, "413 The report has more than 100000 cells"],
  ])("is refused: %s", async (_, text, reason) => {
    expect(await refusal(text)).toBe(reason);
  });
});

it("a column is renamed by the recipe alone, also one named as what every object has", async () => {
  const shape: GridShape = {
    ...{ skip_first_rows: 0, skip_last_rows: 0, drop_empty_columns: false },
    ...{ rename: { a: "b" }, drop_when_empty: [], add: [] },
  };
  const { tables } = await read("constructor;a;toString\n1;2;3\n", { shape });
  expect(tables[0]?.columns).toEqual(["constructor", "b", "toString"]);
});

describe("anything else", () => {
  it.each([
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13)],
    ["noise", Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919 + (index >> 3) * 31) % 256)],
    ["another Office file", Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...new Uint8Array(600)])],
  ])("is refused: %s", async (_, bytes) => {
    expect(await refusal(bytes)).toMatch(/^400 unreadable report: /);
  });

  it("above 10 MiB is refused", async () => {
    expect(await refusal(new Uint8Array(10 * 1024 ** 2 + 1))).toBe("413 The report has more than 10485760 bytes");
  });
});
