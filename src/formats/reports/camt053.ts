import { type Booking, bookingId, checkBalance, IDENTITY, tableOfBookings } from "./bookings.ts";
import { signedDecimal, toNumber } from "./decimal-sum.ts";
import { childrenOf, descendantsOf, elementAt, readElements, type ReportElement, textAt } from "./elements.ts";
import { type Report, type StatementBalance, unreadable } from "./report.ts";

const COLUMNS = [
  ...["date", "amount", "currency", "account", "counterparty", "counterparty_account", "remittance", "details"],
  ...["status", "code", "end_to_end_id", "booking_id", "value_date"],
];
/** Codes of balances (ISO 20022, external code set): booked, else those of a page of a statement. */
const OPENING = ["OPBD", "PRCD", "ITBD"];
const CLOSING = ["CLBD", "ITBD"];

/**
 * Bookings and balances of a camt.053 statement, by the ISO 20022 message definition; all versions of its namespace.
 * Entries that are not booked are shown with their status and are no part of a balance. Throws `unreadable` for none.
 */
export function readCamt053(text: string): Report {
  const statements = childrenOf(
    elementAt(readElements(text), "BkToCstmrStmt") ?? { name: "", attributes: {}, text: "", children: [] },
    "Stmt",
  );
  if (statements.length === 0) throw unreadable("it is XML without a camt.053 statement");
  const read = statements.map(readStatement);
  const table = tableOfBookings(
    read.flatMap(({ bookings }) => bookings),
    // A booking that was announced before is one more row: the first stays as it was.
    { columns: COLUMNS, identity: [...IDENTITY, "status"] },
  );
  return { format: "camt053", tables: [table], balances: read.flatMap(({ balances }) => balances) };
}

interface Amount {
  currency: string | null;
  /** With a sign. */
  value: string;
}

function readStatement(statement: ReportElement): { bookings: Booking[]; balances: StatementBalance[] } {
  const account =
    textAt(statement, "Acct", "Id", "IBAN") ??
    textAt(statement, "Acct", "Id", "Othr", "Id") ??
    textAt(statement, "Acct", "Id", "PrtryAcct", "Id") ??
    "";
  const entries = childrenOf(statement, "Ntry").map((entry) => readEntry(entry, account));
  const balances = childrenOf(statement, "Bal").map((balance) => ({
    code: textAt(balance, "Tp", "CdOrPrtry", "Cd") ?? textAt(balance, "Tp", "Cd") ?? "",
    ...amountOf(balance),
  }));
  const booked = entries.filter(({ booking }) => booking["status"] === "BOOK");
  const booked_by_currency = Map.groupBy(booked, ({ amount }) => amount.currency);
  return {
    bookings: entries.map(({ booking }) => booking),
    balances: [...Map.groupBy(balances, ({ currency }) => currency)].flatMap(([currency, own]) => {
      const find = (codes: readonly string[], list: typeof own) =>
        codes.flatMap((wanted) => list.filter(({ code }) => code === wanted))[0]?.value;
      const opening = find(OPENING, own);
      // Of two interim balances the first opens the page and the last closes it.
      const closing = find(CLOSING, own.toReversed());
      if (opening === undefined || closing === undefined) return [];
      const amounts = (booked_by_currency.get(currency) ?? []).map(({ amount }) => amount.value);
      return [checkBalance({ account, currency, opening, closing }, amounts)];
    }),
  };
}

function readEntry(entry: ReportElement, account: string): { booking: Booking; amount: Amount } {
  const amount = amountOf(entry);
  const isCredit = textAt(entry, "CdtDbtInd") === "CRDT";
  const transactions = [...descendantsOf(entry, "TxDtls")];
  const ofAll = (find: (transaction: ReportElement) => (string | null)[]) =>
    [...new Set(transactions.flatMap(find).filter((text) => text !== null))].join("; ") || null;
  const other = isCredit ? "Dbtr" : "Cdtr";
  const booking: Booking = {
    date: dayOf(entry, "BookgDt"),
    amount: toNumber(amount.value),
    currency: amount.currency,
    account,
    counterparty: ofAll((transaction) => [
      textAt(transaction, "RltdPties", other, "Nm") ?? textAt(transaction, "RltdPties", other, "Pty", "Nm"),
    ]),
    counterparty_account: ofAll((transaction) => [
      textAt(transaction, "RltdPties", `${other}Acct`, "Id", "IBAN") ??
        textAt(transaction, "RltdPties", `${other}Acct`, "Id", "Othr", "Id"),
    ]),
    remittance: ofAll((transaction) => [...descendantsOf(transaction, "Ustrd")].map(({ text }) => text || null)),
    details: textAt(entry, "AddtlNtryInf"),
    // Version 8 put the code one element deeper.
    status: textAt(entry, "Sts", "Cd") ?? textAt(entry, "Sts") ?? "BOOK",
    code: codeOf(entry),
    end_to_end_id: ofAll((transaction) => [textAt(transaction, "Refs", "EndToEndId")]),
    booking_id: bookingId(textAt(entry, "AcctSvcrRef")),
    value_date: dayOf(entry, "ValDt"),
  };
  return { booking, amount };
}

/** `CdtDbtInd` is the direction that the account sees, of reversals too. */
function amountOf(element: ReportElement): Amount {
  const amount = elementAt(element, "Amt");
  const direction = textAt(element, "CdtDbtInd");
  if (!amount || (direction !== "CRDT" && direction !== "DBIT")) throw unreadable("an amount has no sign");
  return {
    currency: amount.attributes["Ccy"] ?? null,
    value: signedDecimal(amount.text, direction === "DBIT"),
  };
}

const dayOf = (entry: ReportElement, name: string): string | null =>
  (textAt(entry, name, "Dt") ?? textAt(entry, name, "DtTm"))?.slice(0, 10) ?? null;

/** Domain, family and sub-family, or the bank's own code. */
function codeOf(entry: ReportElement): string | null {
  const family = ["Cd", "SubFmlyCd"].map((name) => textAt(entry, "BkTxCd", "Domn", "Fmly", name));
  const code = [textAt(entry, "BkTxCd", "Domn", "Cd"), ...family].filter((text) => text !== null).join("-");
  return code || textAt(entry, "BkTxCd", "Prtry", "Cd");
}
