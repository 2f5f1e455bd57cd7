import { expect, it } from "vitest";
import { read, refusal } from "./read.ts";

/** Two statements of different accounts, one of them in an envelope and of two pages. */
const STATEMENTS = `{1:F01BANKHUHBAXXX0000000000}{2:I940CUSTHUHBXXXXN}{4:
:20:STARTUMS
:25:HU42117730161111101800000000
:28C:5/1
:60F:C260101HUF100000,00
:61:2601020102D1250,50NMSCNONREF//B2601020001
Card purchase
:86:106?00Kártyás vásárlás?20Grocer?21ies?30BANKHUHB?31HU00112233?32CORNER SHOP?33 LTD
:61:2512311231C5000,NTRFSALARY//B2512310007
:86:Salary of December
second line
:62M:C260102HUF103749,50
-}
{1:F01BANKHUHBAXXX0000000000}{2:I940CUSTHUHBXXXXN}{4:
:20:STARTUMS
:25:HU42117730161111101800000000
:28C:5/2
:60M:C260102HUF103749,50
:61:2601030103RC5000,00NTRFNONREF
:62F:C260103HUF98749,50
:64:C260103HUF98749,50
-}
:20:OTHER
:25:12345678/0000001
:28C:1
:60F:D260101EUR10,00
:61:260104RD0,10NCHGNONREF
:62F:D260104EUR9,9
`;

it("reads entries of MT940 with their details, in the order of their dates", async () => {
  const report = await read(STATEMENTS.replaceAll("\n", "\r\n"));
  expect(report.format).toBe("mt940");
  const [table] = report.tables;
  const rows = table?.rows.map((row) => Object.fromEntries(table.columns.map((name, index) => [name, row[index]])));
  const account = "HU42117730161111101800000000";
  expect(rows).toMatchObject([
    { date: "2025-12-31", amount: 5000, reference: "SALARY", details: "Salary of December second line" },
    {
      ...{ date: "2026-01-02", value_date: "2026-01-02", amount: -1250.5, currency: "HUF", account, type: "NMSC" },
      ...{ reference: "NONREF", bank_reference: "B2601020001", supplement: "Card purchase" },
      ...{ details: "Kártyás vásárlás", remittance: "Groceries", counterparty: "CORNER SHOP LTD" },
      counterparty_account: "HU00112233",
    },
    { date: "2026-01-03", amount: -5000, currency: "HUF" },
    { date: "2026-01-04", amount: 0.1, currency: "EUR", account: "12345678/0000001" },
  ]);
});

it("adds the entries of MT940 to the opening balance, over all pages of a statement", async () => {
  const { balances } = await read(STATEMENTS);
  expect(balances).toEqual([
    {
      ...{ account: "HU42117730161111101800000000", currency: "HUF", matches: true },
      ...{ opening: "100000.00", closing: "98749.50", sum: "-1250.50" },
    },
    { account: "12345678/0000001", currency: "EUR", opening: "-10.00", closing: "-9.9", sum: "0.10", matches: true },
  ]);
});

it("says when a balance of MT940 does not match by a hundredth", async () => {
  const { balances } = await read(STATEMENTS.replace("EUR9,9", "EUR9,91"));
  expect(balances.map(({ matches }) => matches)).toEqual([true, false]);
});

it("puts an entry of December into the year before when its value date is of January", async () => {
  const text = ":20:A\n:25:1\n:60F:C251231EUR1,\n:61:2601021230C1,NTRFX\n:62F:C260102EUR2,\n";
  const [table] = (await read(text)).tables;
  expect(table?.rows[0]?.[0]).toBe("2025-12-30");
});

it.each([
  ["without its closing balance", STATEMENTS.slice(0, -17), "it is cut off: a statement lacks a balance"],
  [
    "whose entry is garbage",
    STATEMENTS.replace(":61:260104RD", ":61:26X104RD"),
    "an entry is not written as MT940 has it",
  ],
  [
    "whose balance is garbage",
    STATEMENTS.replace("D260101EUR10,00", "D260101EUR"),
    "a balance is not written as MT940 has it",
  ],
  [
    "with a number of 99 digits",
    STATEMENTS.replace("D1250,50", `D${"9".repeat(99)},50`),
    "an entry is not written as MT940 has it",
  ],
])("refuses MT940 %s", async (_, text, reason) => {
  expect(await refusal(text)).toBe(`400 unreadable report: ${reason}`);
});

it("refuses MT940 of a million empty messages", async () => {
  expect(await refusal(":20:\n".repeat(250_000))).toBe("413 The report has more than 50000 fields");
});
