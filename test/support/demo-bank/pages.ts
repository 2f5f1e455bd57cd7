import { eurosOf, statementOf } from "./bookings.ts";
import type { DemoSession } from "./world.ts";

/** A page of the demo bank around its content. */
export const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} - Demo Bank</title><link rel="icon" href="data:,">
<style>body{font:16px sans-serif;margin:2em auto;max-width:44em}label,td,th{display:block;margin:.4em 0}
td,th{display:table-cell;padding:.2em 1em .2em 0;text-align:left}nav>*{display:inline-block;margin-right:1em}</style>
</head><body><h1>${title}</h1>
${content}
</body></html>`;

interface LoginOptions {
  problem?: string;
  action?: string;
  method?: string;
}

/** The login form; the hidden field is what a page that somebody else wrote cannot know. */
export const loginPage = (
  { token }: DemoSession,
  { problem = "", action = "login", method = "post" }: LoginOptions = {},
): string =>
  page(
    "Log in",
    `<p role="alert">${problem}</p><p hidden>Invalid user name or password</p>
<form method="${method}" action="${action}"><input type="hidden" name="_token" value="${token}">
<label>User name <input name="username" autocomplete="username"></label>
<label for="account">Account number:</label><input id="account" name="account_number">
<label>Password <input name="password" type="password"></label>
<button name="step" value="credentials">Log in</button></form>`,
  );

export const lockedPage = (): string => page("Log in", '<p role="alert">Your account is locked. Please call us.</p>');

export const busyPage = ({ token }: DemoSession): string =>
  page(
    "Already signed in",
    `<div role="dialog"><p>You are already signed in elsewhere.</p>
<form method="post" action="elsewhere"><input type="hidden" name="_token" value="${token}">
<button>End the other session</button></form></div>`,
  );

export const codePage = ({ token }: DemoSession, problem = ""): string =>
  page(
    "One more step",
    `<p role="alert">${problem}</p><p>We sent a code to your phone.</p>
<form method="post" action="code"><input type="hidden" name="_token" value="${token}">
<label>One-time code <input name="code" inputmode="numeric" autocomplete="one-time-code"></label>
<input type="submit" value="Confirm"></form>`,
  );

/** What is above every page of somebody who is signed in. */
const menu = ({ token }: DemoSession, root: string, reports = "Reports"): string =>
  `<nav><a href="${root}overview">Overview</a><a href="${root}reports">${reports}</a><a href="${root}positions">Positions</a>
<form method="post" action="${root}logout"><input type="hidden" name="_token" value="${token}"><button>Log out</button></form></nav>`;

/** The accounts; a bank that was redesigned calls everything otherwise. */
export function overviewPage(session: DemoSession, today: number, isRedesigned: boolean): string {
  const { closing_cents, to } = statementOf(today, 1);
  return page(
    "Overview",
    `${menu(session, "", isRedesigned ? "Documents" : "Reports")}
<table id="accounts"><thead><tr><th>Account</th><th>Currency</th><th>Balance</th><th>As of</th></tr></thead>
<tbody><tr><td>Current account</td><td>EUR</td><td>${eurosOf(closing_cents)}</td><td>${to}</td></tr>
<tr><td>Savings &amp; more</td><td>EUR</td><td>12000.00</td><td>${to}</td></tr></tbody></table>`,
  );
}

export const reportsPage = (session: DemoSession): string =>
  page("Reports", `${menu(session, "")}<ul><li><a href="reports/all">All reports</a></li></ul>`);

export const allReportsPage = (session: DemoSession): string =>
  page(
    "All reports",
    `${menu(session, "../")}<ul>
<li><a href="transactions.csv">Transactions (CSV)</a></li>
<li><form method="post" action="holdings"><input type="hidden" name="_token" value="${session.token}">
<input type="hidden" name="format" value="xls"><button>Holdings (Excel)</button></form></li>
<li><a href="statement.xml">Statement (CAMT.053)</a></li>
<li><a href="statement.sta" target="_blank">Statement (MT940)</a></li></ul>`,
  );

/** Its table and its download are made by a script. */
export const positionsPage = (session: DemoSession): string =>
  page(
    "Positions",
    `${menu(session, "")}
<table id="positions"><thead><tr><th>Instrument</th><th>Quantity</th><th>Price</th></tr></thead><tbody></tbody></table>
<button id="export">Positions (CSV)</button>
<script>
  setTimeout(async () => {
    const positions = await (await fetch("positions.json")).json();
    for (const { name, quantity, price } of positions) {
      const row = document.querySelector("#positions tbody").insertRow();
      for (const text of [name, quantity, price]) row.insertCell().textContent = text;
    }
  }, 300);
  document.querySelector("#export").onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["Instrument,Quantity\\nAlpha Fund,10\\n"], { type: "text/csv" }));
    link.download = "positions.csv";
    link.click();
  };
</script>`,
  );

export const signedOutPage = (): string => page("Good bye", "<p>You are signed out.</p>");
