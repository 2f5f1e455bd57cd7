import { utils, write } from "@e965/xlsx";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { findBank } from "../../../src/connectors/banks/banks.ts";
import { storeReport } from "../../../src/domains/banking/reports.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { newPerson, type Person } from "./person.ts";

const CSV = "Date;Text;Amount\n2026-01-01;Coffee;-2,50\n2026-01-01;Coffee;-2,50\n2026-01-02;Salary;1.000,00\n";
const NEXT = "Date;Text;Amount;Note\n2026-01-02;Salary;1.000,00;\n2026-01-03;Bread;-1,20;fresh\n";
const MT940 = ":20:A\n:25:HU42\n:60F:C260101HUF10,00\n:61:2601020102D2,50NMSCX\n:62F:C260102HUF7,51\n";

function upload(
  person: Person,
  content: string | Uint8Array<ArrayBuffer>,
  fields: { report?: string; filename?: string },
) {
  const form = new FormData();
  form.set("file", new File([content], fields.filename ?? "statement.csv"));
  if (fields.report !== undefined) form.set("report", fields.report);
  return person.send("POST", "/data/reports", form);
}

interface Shown {
  id: string;
  files: string[];
  rows: number;
  new_rows: number;
}

/** Rows of a data file as DuckDB reads them. */
async function rowsOf(person: Person, filename: string): Promise<Record<string, unknown>[]> {
  const answer = await person.get(`/data/files/${filename}/stream`);
  expect(answer.status).toBe(200);
  return askDuckdb("SELECT * FROM read_parquet({file})", { file: new Uint8Array(await answer.arrayBuffer()) });
}

describe("a report that is uploaded", () => {
  it("is shown with its rows, its balances, and the file that is previewed and plotted", async () => {
    const person = await newPerson();
    const answer = await upload(person, MT940, { report: "giro", filename: "január.sta" });
    const shown = await answer.json<Shown>();
    expect([answer.status, shown]).toEqual([
      201,
      {
        ...{ id: expect.any(String), bank: null, report: "giro", filename: "január.sta", format: "mt940" },
        ...{ size_bytes: MT940.length, files: ["giro.parquet"], rows: 1, new_rows: 1, balances_match: false },
        balances: [
          { account: "HU42", currency: "HUF", opening: "10.00", closing: "7.51", sum: "-2.50", matches: false },
        ],
        ...{ origin: "upload", received_ms: expect.any(Number) },
      },
    ]);
    expect(await (await person.get("/data/reports")).json()).toEqual({ reports: [shown], total_count: 1 });
    const preview = await (await person.get("/data/files/giro.parquet/preview")).json();
    expect(preview).toMatchObject({ preview: { n_rows: 1, rows: [{ date: "2026-01-02", amount: -2.5 }] } });
    const series = await (await person.get("/data/files/giro.parquet/series?y=amount")).json();
    expect(series).toMatchObject({ x: ["2026-01-02"], y: [-2.5] });
  });

  it("adds to its data file what no earlier one had, with the columns that are new", async () => {
    const person = await newPerson();
    await upload(person, CSV, { report: "giro" });
    const second = await (await upload(person, NEXT, { report: "giro" })).json();
    expect(second).toMatchObject({ files: ["giro.parquet"], rows: 2, new_rows: 1 });
    const coffee = { Date: "2026-01-01", Text: "Coffee", Amount: -2.5, Note: null };
    expect(await rowsOf(person, "giro.parquet")).toEqual([
      coffee,
      coffee,
      { Date: "2026-01-02", Text: "Salary", Amount: 1000, Note: null },
      { Date: "2026-01-03", Text: "Bread", Amount: -1.2, Note: "fresh" },
    ]);
    const list = await (await person.get("/data/reports?limit=1")).json();
    expect(list).toMatchObject({ reports: [{ new_rows: 1 }], total_count: 2 });
  });

  it("is the one that is there when its content is the same, and brings back rows whose file was deleted", async () => {
    const person = await newPerson();
    const first = await (await upload(person, CSV, { report: "giro" })).json<Shown>();
    const again = await upload(person, CSV, { report: "giro", filename: "other-name.csv" });
    expect([again.status, await again.json()]).toEqual([200, first]);
    await person.send("DELETE", "/data/files/giro.parquet");
    const third = await upload(person, CSV, { report: "giro" });
    expect([third.status, await third.json()]).toEqual([200, first]);
    expect(await rowsOf(person, "giro.parquet")).toHaveLength(3);
    const stored = await (await person.get(`/data/reports/${first.id}/download`)).text();
    expect(stored).toBe(CSV);
  });

  it("has a data file for each of its tables, of names that are safe and stay the same", async () => {
    const person = await newPerson();
    const table = (name: string, value: number) =>
      `<table><caption>${name}</caption><tr><th>a<th>b<tr><td>x<td>${value}</table>`;
    const page = (value: number) => table("Értékpapír / számla", value) + table("../../x", value) + table("", value);
    const files = ["report_Ertekpapir_szamla.parquet", "report_x.parquet", "report_table.parquet"];
    for (const value of [1, 2]) {
      const shown = await (await upload(person, page(value), { filename: "report.xls" })).json<Shown>();
      expect(shown).toMatchObject({ format: "html", files, rows: 3, new_rows: 3 });
    }
    for (const file of files) expect(await rowsOf(person, file)).toHaveLength(2);
  });

  it("can be downloaded byte for byte, in parts and only once when it is held, and be deleted while its rows stay", async () => {
    const person = await newPerson();
    const { id } = await (await upload(person, CSV, { report: "giro" })).json<Shown>();
    const path = `/data/reports/${id}/download`;
    const whole = await person.get(path);
    expect([whole.status, await whole.text(), whole.headers.get("Content-Disposition")]).toEqual([
      200,
      CSV,
      'attachment; filename="statement.csv"',
    ]);
    const part = await person.get(path, { Range: "bytes=0-3" });
    expect([part.status, await part.text()]).toEqual([206, "Date"]);
    const held = await person.get(path, { "If-None-Match": whole.headers.get("ETag") ?? "" });
    expect(held.status).toBe(304);
    expect((await person.send("DELETE", `/data/reports/${id}`)).status).toBe(204);
    for (const answer of [await person.get(path), await person.send("DELETE", `/data/reports/${id}`)]) {
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: "REPORT_NOT_FOUND" }]);
    }
    expect(await rowsOf(person, "giro.parquet")).toHaveLength(3);
    expect(await (await upload(person, CSV, { report: "giro" })).json()).toMatchObject({ rows: 3, new_rows: 0 });
  });

  it("is nobody else's", async () => {
    const [one, other] = [await newPerson(), await newPerson()];
    const { id } = await (await upload(one, CSV, { report: "giro" })).json<Shown>();
    expect(await (await other.get("/data/reports")).json()).toEqual({ reports: [], total_count: 0 });
    expect((await other.get(`/data/reports/${id}/download`)).status).toBe(404);
    expect((await other.send("DELETE", `/data/reports/${id}`)).status).toBe(404);
    expect(await (await upload(other, CSV, { report: "giro" })).json()).toMatchObject({ new_rows: 3 });
    expect((await one.get(`/data/reports/${id}/download`)).status).toBe(200);
  });

  it("loses nothing when several come at once", async () => {
    const person = await newPerson();
    const contents = Array.from({ length: 4 }, (_, day) => `Date;Amount\n2026-02-0${day + 1};${day}\n2026-02-09;9\n`);
    const answers = await Promise.all(
      [...contents, contents[0] ?? ""].map((text) => upload(person, text, { report: "giro" })),
    );
    expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 200)).toEqual([]);
    expect((await rowsOf(person, "giro.parquet")).length).toBe(5);
    expect(await (await person.get("/data/reports")).json()).toMatchObject({ total_count: 4 });
  });
});

describe("an upload that is refused", () => {
  const nothingStays = async (person: Person, before = 0) => {
    expect(await (await person.get("/data/reports")).json()).toEqual({ reports: [], total_count: 0 });
    expect(await (await person.get("/data/list")).json()).toMatchObject({ total_count: before });
  };

  it.each([
    ["prose", "Dear customer", 400, "UNREADABLE_REPORT"],
    ["nothing", "", 400, "UNREADABLE_REPORT"],
    ["a picture", "\u0089PNG\r\n\u001A\n\u0000\u0000", 400, "UNREADABLE_REPORT"],
  ])("is one of %s", async (_, content, status, error) => {
    const person = await newPerson();
    const answer = await upload(person, content, {});
    expect([answer.status, await answer.json()]).toMatchObject([status, { error }]);
    await nothingStays(person);
  });

  it("is one of more than 10 MiB", async () => {
    const person = await newPerson();
    for (const more of [1, 100_000]) {
      const answer = await upload(person, new Uint8Array(10 * 1024 ** 2 + more), {});
      expect(answer.status).toBe(413);
    }
    await nothingStays(person);
  });

  it.each(["", "a b", "../x", "é", "x".repeat(61), "a.parquet"])("is one named %j", async (report) => {
    const person = await newPerson();
    const answer = await upload(person, CSV, { report });
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ field: "report" }] }]);
    await nothingStays(person);
  });

  it("is a form without a file, or none at all", async () => {
    const person = await newPerson();
    for (const body of [new FormData(), "x"])
      expect((await person.send("POST", "/data/reports", body)).status).toBe(422);
  });

  it("is one whose rows would go into a file of other origin, which stays", async () => {
    const person = await newPerson();
    await person.upload("giro.parquet", "not even Parquet");
    const answer = await upload(person, CSV, { report: "giro" });
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: "FILE_EXISTS" }]);
    await nothingStays(person, 1);
    expect(await (await person.get("/data/files/giro.parquet/stream")).text()).toBe("not even Parquet");
  });

  it("is one beyond the quota, which originals count against", async () => {
    const person = await newPerson({ BANK_QUOTA_BYTES: "3500" });
    const long = (text: string) => `Date;Text\n2026-01-01;${text.repeat(2000)}\n`;
    expect((await upload(person, long("a"), { report: "giro" })).status).toBe(201);
    const answer = await upload(person, long("b"), { report: "giro" });
    expect([answer.status, await answer.json()]).toMatchObject([413, { error: "QUOTA_EXCEEDED" }]);
    expect(await (await person.get("/data/reports")).json()).toMatchObject({ total_count: 1 });
    expect(await rowsOf(person, "giro.parquet")).toHaveLength(1);
  });
});

describe("a report that was collected", () => {
  const INSTRUMENT = ["OTP", "V", "2026.01.30", 10, 1000, 10_000, 5, 1100, 100, 1000, 995, 9.95, "A", "B", 1];

  it("is shaped as its bank's recipe says, and leaves no object that no row names", async () => {
    const person = await newPerson();
    const ctx = testContext();
    const bank = findBank("erste-netbroker");
    const [{ id: report = "" } = {}] = bank?.reports ?? [];
    const rows = [
      ["Riport"],
      [],
      ["Számla", 1],
      [],
      [],
      ["Instrumentum", "…"],
      [...INSTRUMENT, null, "HUF"],
      ["Összesen"],
    ];
    const book = utils.book_new();
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows), "Riport");
    const content = new Uint8Array(write(book, { type: "array", bookType: "biff8" }) as ArrayBuffer);
    const collected = { report, filename: "../Riport_20260131_1800.xls", content_type: "text/html", content };
    const input = { owner: person.id, bank: "erste-netbroker", origin: "job_1", report: collected };
    const { files, report: row } = await storeReport(ctx, input);
    expect({ files, row }).toMatchObject({
      files: [`${report}.parquet`],
      row: { bank: "erste-netbroker", format: "xls", filename: "report", origin: "job_1", rows: 1, new_rows: 1 },
    });
    const [stored] = await rowsOf(person, `${report}.parquet`);
    const Date_of_import = new Date(ctx.now()).toISOString().slice(0, 10);
    expect(stored).toMatchObject({ Instrumentum: "OTP", "Beker. ár": 1000, NewCurrency: "HUF", Date_of_import });
    expect(Object.values(stored ?? {})).toEqual([...INSTRUMENT, "HUF", Date_of_import]);
    // The original, the rows, and what lies beside them.
    const own = () =>
      ctx.db
        .select()
        .from(objects)
        .where(eq(objects.origin, `banking:${person.id}`));
    expect((await own()).map(({ state }) => state)).toEqual(["live", "live", "live", "live"]);
    await person.send("DELETE", `/data/files/${files.join()}`);
    await person.send("DELETE", `/data/reports/${row.id}`);
    expect((await own()).map(({ state }) => state)).toEqual(["orphaned", "orphaned", "orphaned", "orphaned"]);
  });
});
