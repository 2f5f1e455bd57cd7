import { describe, expect, it } from "vitest";
import { read, refusal } from "./read.ts";

const HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n";
const SGML = `${HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>121099999<ACCTID>999988<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260104120000[-5:EST]<TRNAMT>-200.00<FITID>00002<CHECKNUM>1000<MEMO>
<NAME>AT&amp;T</STMTTRN>
<STMTTRN><TRNTYPE>ATM</TRNTYPE><DTPOSTED>20260102<TRNAMT>-300,5<FITID>00003</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>200.29<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;
const XML = `<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM>
<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260105</DTPOSTED><TRNAMT>-12.34</TRNAMT><FITID>A</FITID>
<NAME>Café</NAME><MEMO/></STMTTRN></BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>`;

describe("OFX", () => {
  it("1 is read, whose values have no end tags", async () => {
    const report = await read(SGML);
    expect(report).toEqual({
      format: "ofx",
      balances: [],
      tables: [
        {
          name: "",
          columns: ["date", "amount", "currency", "account", "type", "name", "check_number", "booking_id"],
          identity: ["account", "booking_id", "date", "amount", "currency"],
          rows: [
            ["2026-01-02", -300.5, "USD", "999988", "ATM", null, null, "00003"],
            ["2026-01-04", -200, "USD", "999988", "CHECK", "AT&T", "1000", "00002"],
          ],
        },
      ],
    });
  });

  it("2 is read, of credit cards too, and 1 in the encoding that it names", async () => {
    expect((await read(XML)).tables[0]?.rows).toEqual([["2026-01-05", -12.34, "EUR", "4111", "DEBIT", "Café", "A"]]);
    const latin = Uint8Array.from(SGML.replace("AT&amp;T", "Café"), (letter) => letter.charCodeAt(0));
    expect((await read(latin)).tables[0]?.rows[1]?.[5]).toBe("Café");
  });

  it.each([
    ["cut off", SGML.slice(0, -40), "it is cut off or malformed"],
    [
      "without a statement",
      `${HEADER}<OFX><SIGNONMSGSRSV1><A>1</SIGNONMSGSRSV1></OFX>`,
      "it has no statement of a bank account or a credit card",
    ],
    ["with an amount that is none", SGML.replace("-200.00", "many"), "an amount is no decimal number"],
  ])("is refused: %s", async (_, text, reason) => {
    expect(await refusal(text)).toBe(`400 unreadable report: ${reason}`);
  });
});

describe("QIF", () => {
  const QIF = `!Account\nNChecking\nTBank\n^\n!Type:Bank\nD1/31'26\nT-1,234.50\nPShop\nMFood\nLGroceries\nC*\n^\nD1/2'26\nU100.00\nT100.00\nPJob\nAStreet 1\nATown\nSx\n$50.00\n^\n`;

  it("is read with the account that its records are of, days told from months by the whole file", async () => {
    expect(await read(QIF)).toMatchObject({
      format: "qif",
      balances: [],
      tables: [
        {
          columns: ["date", "amount", "account", "type", "payee", "memo", "category", "cleared", "address"],
          rows: [
            ["2026-01-02", 100, "Checking", "bank", "Job", null, null, null, "Street 1 Town"],
            ["2026-01-31", -1234.5, "Checking", "bank", "Shop", "Food", "Groceries", "*", null],
          ],
        },
      ],
    });
    const european = "!Type:CCard\r\nD31.01.2026\r\nT-1.234,50\r\n^\r\nD02.01.26\r\nT5,00\r\n^\r\n";
    expect((await read(european)).tables[0]?.rows).toEqual([
      ["2026-01-02", 5, "ccard"],
      ["2026-01-31", -1234.5, "ccard"],
    ]);
  });

  it("is read by the dates of its transactions: elsewhere the letter of a date is a description's", async () => {
    const lists = "!Type:Cat\nNFood\nDGroceries 13/1\nB100.00\n^\n!Type:Security\nNOTP\nSOTP\nTStock\n^\n";
    const account = "!Account\nNChecking\nDMy 31.12.25 account\n^\n";
    const { tables } = await read(`${lists}${account}!Type:Bank\nD1/2'26\nT5.00\n^\n`);
    expect(tables[0]?.rows).toEqual([["2026-01-02", 5, "Checking", "bank"]]);
    expect(await refusal(`!Type:Bank\nD1/2'26\nT5.00\n^\n!Type:Cat\nDGroceries\n`)).toMatch(/it is cut off$/);
  });

  it.each([
    ["cut off", QIF.slice(0, -3), "it is cut off"],
    ["without transactions", "!Type:Cat\nNFood\n^\n", "it has no transactions"],
    ["with a date of no calendar", QIF.replace("1/2'26", "2/30'26"), "a date is none of the calendar"],
  ])("is refused: %s", async (_, text, reason) => {
    expect(await refusal(text)).toBe(`400 unreadable report: ${reason}`);
  });
});
