import { describe, expect, it } from "vitest";
import { read, refusal } from "./read.ts";

const entry = (amount: string, direction: "CRDT" | "DBIT", more = "") => `
  <Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>
    <Sts>BOOK</Sts><BookgDt><Dt>2026-01-02</Dt></BookgDt><ValDt><DtTm>2026-01-03T00:00:00+01:00</DtTm></ValDt>
    ${more}</Ntry>`;

const balance = (code: string, amount: string, direction = "CRDT") => `
  <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt>
    <CdtDbtInd>${direction}</CdtDbtInd><Dt><Dt>2026-01-02</Dt></Dt></Bal>`;

const statement = (content: string, account = "<IBAN>DE02120300000000202051</IBAN>") =>
  `<Stmt><Id>1</Id><Acct><Id>${account}</Id><Ccy>EUR</Ccy></Acct>${content}</Stmt>`;

const document = (statements: string, version = "02") =>
  `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId></GrpHdr>${statements}</BkToCstmrStmt></Document>`;

const DETAILS = `<AcctSvcrRef>REF-1</AcctSvcrRef>
  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn></BkTxCd>
  <NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs>
    <RltdPties><Dbtr><Nm>Me</Nm></Dbtr><Cdtr><Nm>Müller &amp; Co &#x2014; X</Nm></Cdtr>
      <CdtrAcct><Id><IBAN>AT611904300234573201</IBAN></Id></CdtrAcct></RltdPties>
    <RmtInf><Ustrd>Invoice 7</Ustrd><Ustrd>of May</Ustrd></RmtInf></TxDtls></NtryDtls>
  <AddtlNtryInf>Direct debit</AddtlNtryInf>`;

describe("a camt.053 statement", () => {
  it("is read with what each entry says", async () => {
    const content = balance("OPBD", "10.00") + entry("0.30", "DBIT", DETAILS) + balance("CLBD", "9.70");
    const report = await read(document(statement(content)));
    const [table] = report.tables;
    expect({ format: report.format, identity: table?.identity, balances: report.balances }).toEqual({
      format: "camt053",
      identity: ["account", "booking_id", "date", "amount", "currency", "status"],
      balances: [
        {
          ...{ account: "DE02120300000000202051", currency: "EUR", matches: true },
          ...{ opening: "10.00", closing: "9.70", sum: "-0.30" },
        },
      ],
    });
    expect(Object.fromEntries(table?.columns.map((name, index) => [name, table.rows[0]?.[index]]) ?? [])).toEqual({
      ...{ date: "2026-01-02", value_date: "2026-01-03", amount: -0.3, currency: "EUR" },
      ...{ account: "DE02120300000000202051", counterparty: "Müller & Co — X", status: "BOOK" },
      ...{ counterparty_account: "AT611904300234573201", remittance: "Invoice 7; of May", details: "Direct debit" },
      ...{ code: "PMNT-RDDT-ESDD", end_to_end_id: "E2E-1", booking_id: "REF-1" },
    });
  });

  it.each(["01", "02", "04", "08", "13"])("of version %s is read, prefixed or not", async (version) => {
    const content = balance("PRCD", "1") + entry("1.00", "CRDT") + balance("CLBD", "2.00");
    const plain = document(statement(content), version).replaceAll(
      "<Sts>BOOK</Sts>",
      Number(version) >= 8 ? "<Sts><Cd>BOOK</Cd></Sts>" : "<Sts>BOOK</Sts>",
    );
    const prefixed = plain
      .replace("xmlns=", "xmlns:n=")
      .replaceAll(/<(\/?)(\w)/g, (_, slash: string, first: string) => `<${slash}n:${first}`);
    for (const text of [plain, prefixed]) {
      const { balances, tables } = await read(text);
      expect(balances).toMatchObject([{ opening: "1", closing: "2.00", sum: "1.00", matches: true }]);
      expect(tables[0]?.rows).toHaveLength(1);
    }
  });

  it("has what is not booked yet in its rows and not in its sum", async () => {
    const pending = entry("5.00", "DBIT").replace("BOOK", "PDNG");
    const content = balance("OPBD", "1") + entry("1.00", "DBIT") + pending + balance("CLBD", "0");
    const { balances, tables } = await read(document(statement(content)));
    expect(balances).toMatchObject([{ sum: "-1.00", matches: true }]);
    expect(tables[0]?.rows).toHaveLength(2);
  });

  it("is checked by itself where a file has several, exactly where doubles are not", async () => {
    const many = Array.from({ length: 10 }, () => entry("0.10", "CRDT")).join("");
    const exact = statement(balance("OPBD", "99999999999999.10") + many + balance("CLBD", "100000000000000.10"));
    const wrong = statement(balance("OPBD", "0") + many + balance("CLBD", "1.01"), "<Othr><Id>7</Id></Othr>");
    const { balances } = await read(document(exact + wrong));
    expect(balances).toMatchObject([
      { sum: "1.00", matches: true },
      { account: "7", sum: "1.00", closing: "1.01", matches: false },
    ]);
  });
});

it("a statement in five thousand currencies is read in time, each by its own bookings", async () => {
  const currencies = Array.from({ length: 5000 }, (_, index) => `C${index}`);
  const content = currencies.map((currency) => {
    const booked = entry("1.00", "CRDT");
    return (balance("OPBD", "1") + booked + balance("CLBD", "2")).replaceAll('Ccy="EUR"', `Ccy="${currency}"`);
  });
  const begun = Date.now();
  const { balances } = await read(document(statement(content.join(""))));
  expect(balances.filter(({ sum, matches }) => sum === "1.00" && matches)).toHaveLength(5000);
  expect(Date.now() - begun).toBeLessThan(10_000);
});

describe("XML that is no statement", () => {
  const whole = document(statement(balance("OPBD", "1") + balance("CLBD", "1")));
  it.each([
    ["cut off", whole.slice(0, -20), "it is cut off or malformed"],
    ["whose elements cross", whole.replace("</Id><Ccy>", "</Ccy><Id>"), "it is cut off or malformed"],
    ["of another message", whole.replaceAll("BkToCstmrStmt", "Other"), "it is XML without a camt.053 statement"],
    [
      "with a bomb of entities",
      whole.replace("<Document", '<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "lol">]>\n<Document'),
      "it declares a document type",
    ],
    [
      "nested a thousand deep",
      `<?xml version="1.0"?>${"<a>".repeat(1000)}`,
      "its elements are nested more than 64 deep",
    ],
    ["in an encoding that is none", whole.replace("UTF-8", "EBCDIC-42"), "its encoding EBCDIC-42 is not known"],
    ["with an amount that is none", whole.replace(">1</Amt>", ">1e5</Amt>"), "an amount is no decimal number"],
    [
      "with a number of a thousand digits",
      whole.replace(">1</Amt>", `>${"9".repeat(1000)}</Amt>`),
      "an amount has more than 40 digits",
    ],
    ["without a sign", whole.replace("CRDT", "UP"), "an amount has no sign"],
  ])("is refused: %s", async (_, text, reason) => {
    expect(await refusal(text)).toBe(`400 unreadable report: ${reason}`);
  });

  it("is refused when it is not in the encoding that it names", async () => {
    const bytes = Uint8Array.from(whole.replace("<MsgId>M", "<MsgId>é"), (letter) => letter.charCodeAt(0));
    expect(await refusal(bytes)).toBe("400 unreadable report: it is not written in UTF-8");
    const latin = Uint8Array.from(whole.replace("UTF-8", "ISO-8859-1"), (letter) => letter.charCodeAt(0));
    expect((await read(latin)).format).toBe("camt053");
  });

  it("of too many elements is refused without a hang", async () => {
    const text = `<?xml version="1.0"?><Document>${"<a/>".repeat(200_001)}</Document>`;
    expect(await refusal(text)).toBe("413 The report has more than 200000 elements");
  });
});
