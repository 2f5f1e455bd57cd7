import { expect, it } from "vitest";
import { storeReport } from "../../../src/domains/banking/reports.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { newPerson, type Person } from "./person.ts";

interface Entry {
  day: string;
  amount: string;
  id: string;
  text?: string;
}

const camt053 = (entries: readonly Entry[]) =>
  `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
  <Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>${entries
    .map(
      ({ day, amount, id, text = "" }) => `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
  <Sts>BOOK</Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${id}</AcctSvcrRef>
  <AddtlNtryInf>${text}</AddtlNtryInf></Ntry>`,
    )
    .join("")}</Stmt></BkToCstmrStmt></Document>`;

const ofx = (entries: readonly Entry[]) =>
  `<?xml version="1.0"?><OFX><STMTRS><CURDEF>EUR</CURDEF><ACCTID>1</ACCTID>${entries
    .map(
      ({ day, amount, id, text = "" }) => `<STMTTRN><DTPOSTED>${day.replaceAll("-", "")}</DTPOSTED>
  <TRNAMT>-${amount}</TRNAMT><FITID>${id}</FITID><NAME>${text}</NAME></STMTTRN>`,
    )
    .join("")}</STMTRS></OFX>`;

async function upload(person: Person, content: string): Promise<{ new_rows: number }> {
  const form = new FormData();
  form.set("file", new File([content], "statement.xml"));
  form.set("report", "giro");
  const answer = await person.send("POST", "/data/reports", form);
  expect([200, 201]).toContain(answer.status);
  return answer.json();
}

async function countRows(person: Person): Promise<number> {
  const file = new Uint8Array(await (await person.get("/data/files/giro.parquet/stream")).arrayBuffer());
  const [row] = await askDuckdb<{ n: number }>("SELECT count(*)::INT AS n FROM read_parquet({file})", { file });
  return row?.n ?? 0;
}

const month = (number: number, id: string): Entry[] =>
  ["01", "02", "03"].map((day) => ({ day: `2026-0${number}-${day}`, amount: `${number}.${day}`, id }));

it.each([
  ["camt053", camt053, "NONREF"],
  ["camt053", camt053, "NOTPROVIDED"],
  ["camt053", camt053, "BATCH-7"],
  ["ofx", ofx, "1"],
])("%s: bookings of another month are kept although their id %3$s has been used before", async (_, write, id) => {
  const person = await newPerson();
  expect(await upload(person, write(month(1, id)))).toMatchObject({ new_rows: 3 });
  expect(await upload(person, write(month(2, id)))).toMatchObject({ new_rows: 3 });
  // Both months again, with a third.
  const all = [...month(1, id), ...month(2, id), ...month(3, id)];
  expect(await upload(person, write(all))).toMatchObject({ new_rows: 3 });
  expect(await countRows(person)).toBe(9);
});

it.each([
  ["camt053", camt053],
  ["ofx", ofx],
])(
  "%s: a booking whose text the bank has changed is the one that is there, but not one without an id",
  async (_, write) => {
    const person = await newPerson();
    const entry = { day: "2026-01-02", amount: "5.00" };
    await upload(person, write([{ ...entry, id: "A1", text: "pending" }]));
    expect(await upload(person, write([{ ...entry, id: "A1", text: "Shop" }]))).toMatchObject({ new_rows: 0 });
    await upload(person, write([{ ...entry, id: "NONREF", text: "Baker" }]));
    expect(await upload(person, write([{ ...entry, id: "NONREF", text: "Butcher" }]))).toMatchObject({ new_rows: 1 });
    expect(await countRows(person)).toBe(3);
  },
);

it("a known report brings back its rows after the data file was deleted and another report has made it anew", async () => {
  const person = await newPerson();
  const [one, other] = [camt053(month(1, "A")), camt053(month(2, "B"))];
  await upload(person, one);
  await upload(person, other);
  await person.send("DELETE", "/data/files/giro.parquet");
  await upload(person, other);
  expect(await countRows(person)).toBe(3);
  await upload(person, one);
  expect(await countRows(person)).toBe(6);
  // Once they are back, they stay as often as they are.
  expect(await upload(person, one)).toMatchObject({ new_rows: 3 });
  expect(await countRows(person)).toBe(6);
});

it("a report collected again on another day has the rows of the day on which it came first", async () => {
  const person = await newPerson();
  const ctx = testContext();
  const lines = [...Array<string>(3).fill("x;y;z"), "Date;Amount;Ccy", ...Array<string>(2).fill("2026-01-01;1,50;EUR")];
  const content = Uint8Array.from(new TextEncoder().encode(`${lines.join("\n")}\nTotal;3,00;EUR\n`));
  const report = "holdings";
  const collected = { report, filename: "movements.csv", content_type: "text/csv", content };
  const input = { owner: person.id, bank: "demo-bank", origin: "job_1", report: collected };
  const first = await storeReport(ctx, input);
  ctx.advance(48 * 3600 * 1000);
  const again = await storeReport(ctx, input);
  expect(again).toEqual({ ...first, is_new: false });
  expect(first.report.rows).toBe(2);
  const [file = ""] = first.files;
  const preview = await (await person.get(`/data/files/${file}/preview`)).json();
  expect(preview).toMatchObject({ preview: { n_rows: 2 } });
});

it("a data file gets no more than 500 columns, however many reports have some", async () => {
  const person = await newPerson();
  const wide = (prefix: string, length: number) => {
    const names = Array.from({ length }, (_, index) => `${prefix}${index}`);
    return `${names.join(";")}\n${names.map((_, index) => index).join(";")}\n`;
  };
  await upload(person, wide("a", 2));
  const form = new FormData();
  form.set("file", new File([wide("b", 499)], "b.csv"));
  form.set("report", "giro");
  const answer = await person.send("POST", "/data/reports", form);
  expect([answer.status, await answer.json()]).toMatchObject([413, { error: "REPORT_TOO_LARGE" }]);
  expect(await countRows(person)).toBe(1);
});
