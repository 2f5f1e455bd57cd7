import { utils, write } from "@e965/xlsx";
import { type DemoBooking, eurosOf, statementOf } from "./bookings.ts";

/** A file as the demo bank hands it out. */
export interface DemoFile {
  filename: string;
  content_type: string;
  content: Uint8Array | string;
}

const ACCOUNT = "12345678-12345678";

/** The last sixty days as CSV. */
export function transactionsCsv(today: number): DemoFile {
  const { bookings, to } = statementOf(today, 60);
  const rows = bookings.map(({ date, text, cents }) => `${date},${text},${eurosOf(cents)},EUR`);
  const content = ["Booking date,Description,Amount,Currency", ...rows, ""].join("\r\n");
  return { filename: `transactions_${to}.csv`, content_type: "text/csv; charset=utf-8", content };
}

/** Securities as a workbook of Excel 97, with the head, the total and the empty column that banks like to have. */
export function holdingsXls(today: number): DemoFile {
  const { to } = statementOf(today, 1);
  const holdings = positionsOf(today);
  const total = holdings.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const sheet = utils.aoa_to_sheet([
    ["Demo Bank"],
    ["Holdings", null, null, null, null, ACCOUNT],
    ["As of", to],
    ["Instrument", "ISIN", "Quantity", "Price", "", "Value", "Ccy"],
    ...holdings.map(({ name, isin, quantity, price }) => [name, isin, quantity, price, null, quantity * price, "EUR"]),
    ["Total", null, null, null, null, total, "EUR"],
  ]);
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, "Holdings");
  const content: Buffer = write(book, { type: "buffer", bookType: "biff8" });
  return { filename: `holdings_${to}.xls`, content_type: "application/vnd.ms-excel", content };
}

export interface DemoPosition {
  name: string;
  isin: string;
  quantity: number;
  price: number;
}

/** Securities with a price that moves from day to day. */
export function positionsOf(today: number): DemoPosition[] {
  const day = Math.floor(today / 86_400_000);
  const prices = [101.5, 48.25, 7.75];
  return ["Alpha Fund", "Beta Share", "Gamma Bond"].map((name, index) => ({
    name,
    isin: `XX000000000${index}`,
    quantity: 10 * (index + 1),
    price: (prices[index] ?? 1) + ((day * (index + 3)) % 40) / 4,
  }));
}

/** The last thirty days after ISO 20022, `camt.053.001.08`. */
export function statementCamt(today: number): DemoFile {
  const { from, to, opening_cents, closing_cents, bookings } = statementOf(today, 30);
  const amount = (cents: number) =>
    `<Amt Ccy="EUR">${eurosOf(Math.abs(cents))}</Amt><CdtDbtInd>${cents < 0 ? "DBIT" : "CRDT"}</CdtDbtInd>`;
  const balance = (code: string, cents: number, date: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(cents)}<Dt><Dt>${date}</Dt></Dt></Bal>`;
  const entry = ({ id, date, text, cents }: DemoBooking) =>
    `<Ntry>${amount(cents)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${date}</Dt></BookgDt><ValDt><Dt>${date}</Dt></ValDt>` +
    `<AcctSvcrRef>${id}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>${text.replace("&", "&amp;")}</Ustrd></RmtInf>` +
    "</TxDtls></NtryDtls></Ntry>";
  const content = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>',
    `<GrpHdr><MsgId>DEMO-${to}</MsgId><CreDtTm>${to}T18:00:00Z</CreDtTm></GrpHdr>`,
    `<Stmt><Id>${from}/${to}</Id><CreDtTm>${to}T18:00:00Z</CreDtTm>`,
    `<Acct><Id><Othr><Id>${ACCOUNT}</Id></Othr></Id><Ccy>EUR</Ccy></Acct>`,
    balance("OPBD", opening_cents, from),
    balance("CLBD", closing_cents, to),
    ...bookings.map(entry),
    "</Stmt></BkToCstmrStmt></Document>",
  ].join("\n");
  return { filename: `statement_${to}.xml`, content_type: "application/xml", content };
}

/** The same as SWIFT's MT940. */
export function statementMt940(today: number): DemoFile {
  const { from, to, opening_cents, closing_cents, bookings } = statementOf(today, 30);
  const short = (date: string) => date.slice(2).replaceAll("-", "");
  const amount = (cents: number) => eurosOf(Math.abs(cents)).replace(".", ",");
  const sign = (cents: number) => (cents < 0 ? "D" : "C");
  const content = [
    ":20:DEMO",
    `:25:${ACCOUNT}`,
    ":28C:1/1",
    `:60F:${sign(opening_cents)}${short(from)}EUR${amount(opening_cents)}`,
    ...bookings.flatMap(({ id, date, text, cents }) => [
      `:61:${short(date)}${short(date).slice(2)}${sign(cents)}${amount(cents)}NTRFNONREF//${id}`,
      `:86:${text}`,
    ]),
    `:62F:${sign(closing_cents)}${short(to)}EUR${amount(closing_cents)}`,
    "-",
    "",
  ].join("\r\n");
  return { filename: `statement_${to}.sta`, content_type: "text/plain; charset=us-ascii", content };
}
