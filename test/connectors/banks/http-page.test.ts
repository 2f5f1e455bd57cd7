import { describe, expect, test } from "vitest";
import type { BankIo } from "../../../src/connectors/banks/bank.ts";
import { demoBank } from "../../../src/connectors/banks/demo-bank.ts";
import type { RecipeInput } from "../../../src/connectors/banks/recipe.ts";
import { openDemoBank } from "../../support/demo-bank/client.ts";
import type { Lie } from "../../support/demo-bank/world.ts";
import { changeRecipe, loginOf, textOf, visitBank } from "./visits.ts";

const today = Date.UTC(2026, 4, 6);
const hasty = changeRecipe(demoBank, {}, 0.7);

const openBank = (lies: Record<string, Lie> = {}) => openDemoBank({ today, lies });

describe("a visit without a browser", () => {
  test("brings every report, says what it does and leaves no session open", async () => {
    const bank = await openBank();
    const { failure, reports, steps, passwords } = await visitBank(bank);
    expect(failure).toBeNull();
    expect(reports.map(({ report, filename, content_type }) => [report, filename, content_type])).toEqual([
      ["accounts", "accounts.html", "text/html; charset=utf-8"],
      ["transactions", "transactions_2026-05-06.csv", "text/csv; charset=utf-8"],
      ["holdings", "holdings_2026-05-06.xls", "application/vnd.ms-excel"],
      ["statement", "statement_2026-05-06.xml", "application/xml"],
    ]);
    expect(reports[0] && textOf(reports[0])).toBe(`<!doctype html><meta charset="utf-8"><table>
<tr><th>Account</th><th>Currency</th><th>Balance</th><th>As of</th></tr>
<tr><td>Current account</td><td>EUR</td><td>24856.62</td><td>2026-05-06</td></tr>
<tr><td>Savings &amp; more</td><td>EUR</td><td>12000.00</td><td>2026-05-06</td></tr>
</table>
`);
    expect(reports[1] && textOf(reports[1]).split("\r\n").slice(0, 2)).toEqual([
      "Booking date,Description,Amount,Currency",
      "2026-03-09,Groceries & more,-62.77,EUR",
    ]);
    // The signature of an OLE2 file, as Excel 97 writes it.
    expect(reports[2]?.content.slice(0, 4)).toEqual(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]));
    expect(steps).toEqual(
      [...demoBank.login, ...demoBank.collect, demoBank.log_out[0]].map((step) => step?.description),
    );
    expect(passwords).toBe(1);
    expect(await bank.report()).toMatchObject({
      logins: [{ username: "demo", outcome: "accepted" }],
      open_sessions: 0,
      requests: expect.not.arrayContaining(["POST /elsewhere"]),
    });
  });

  test("counts its steps up to the last", async () => {
    const steps: unknown[] = [];
    await visitBank(await openBank(), { io: { onStep: async ({ done, total }) => void steps.push([done, total]) } });
    expect(steps).toEqual(Array.from({ length: 16 }, (_, index) => [index, 18]));
  });

  test("ends a session that is open elsewhere", async () => {
    const bank = await openBank();
    const { failure, reports } = await visitBank(bank, { login: loginOf("busy") });
    expect(failure).toBeNull();
    expect(reports).toHaveLength(4);
    expect((await bank.report()).requests).toContain("POST /elsewhere");
  });

  test("closes the session when collecting fails, and keeps what was collected before", async () => {
    const bank = await openBank({ "GET /reports/transactions.csv": "page-not-file" });
    const { failure } = await visitBank(bank);
    expect(failure).toMatchObject({ kind: "page-changed", message: "page changed: a page came instead of a file" });
    expect(failure?.collected.map(({ report }) => report)).toEqual(["accounts"]);
    expect(await bank.report()).toMatchObject({ open_sessions: 0 });
  });

  test("closes the session when the person cancels the run", async () => {
    const bank = await openBank();
    const cancel = visitBank(bank, {
      io: {
        async onStep({ description }) {
          if (description === "Go to the reports") throw new Error("cancelled");
        },
      },
    });
    await expect(cancel).rejects.toThrow("cancelled");
    expect(await bank.report()).toMatchObject({ open_sessions: 0 });
  });

  test("closes the session when the overview does not come, and when the run is cancelled before it", async () => {
    const log_out: RecipeInput["log_out"] = [
      { do: "open", description: "Log out", path: "/reports" },
      { do: "click", description: "End the session", target: { text: ["Log out"] } },
    ];
    const late = await openBank({ "GET /overview": "hang" });
    const { failure } = await visitBank(late, { recipe: changeRecipe(demoBank, { log_out }, 0.7) });
    expect(failure).toMatchObject({ kind: "timed-out", message: "timed out: Send the one-time code" });
    expect(await late.report()).toMatchObject({ open_sessions: 0 });
    const cancelled = await openBank();
    const onStep: BankIo["onStep"] = async ({ description }) => {
      if (description === "Wait for the overview") throw new Error("cancelled");
    };
    await expect(visitBank(cancelled, { io: { onStep } })).rejects.toThrow("cancelled");
    expect(await cancelled.report()).toMatchObject({ open_sessions: 0 });
  });

  test("asks for the code that came after the password", async () => {
    const bank = await openBank();
    const begun = Date.now();
    const asked: number[][] = [];
    const { failure } = await visitBank(bank, {
      io: {
        async takeOneTimeCode(since, wait_ms) {
          asked.push([since, wait_ms]);
          return null;
        },
      },
    });
    expect(asked).toEqual([[expect.any(Number), 30_000]]);
    expect(asked[0]?.[0]).toBeGreaterThanOrEqual(begun);
    expect(asked[0]?.[0]).toBeLessThanOrEqual(Date.now());
    expect(failure).toMatchObject({ kind: "code-not-received", message: "one-time code not received in 30 s" });
  });
});

describe("a bank that refuses", () => {
  test.for<[username: string, password: string, kind: string, message: string]>([
    ["demo", "wrong", "login-refused", "login refused"],
    ["nobody", "nobody", "login-refused", "login refused"],
    ["locked", "locked", "login-refused", "login refused"],
    ["nocode", "nocode", "code-not-received", "one-time code not received in 30 s"],
    ["changed", "changed", "page-changed", 'page changed: element "Reports" not found'],
  ])("%s with the password %s is known for it", async ([username, password, kind, message]) => {
    const bank = await openBank();
    const { failure, reports } = await visitBank(bank, { login: loginOf(username, password) });
    expect(failure).toMatchObject({ kind, message, screenshot: null });
    expect(reports).toEqual([]);
    expect(await bank.report()).toMatchObject({ open_sessions: 0, logins: [expect.anything()] });
  });

  test("a code is known for it, and the login is not to blame", async () => {
    const { failure } = await visitBank(await openBank(), { io: { takeOneTimeCode: async () => "000000" } });
    expect(failure).toMatchObject({ kind: "code-not-received", message: "one-time code refused" });
  });

  test("an account is locked by the third of three visits, not by one", async () => {
    const bank = await openBank();
    for (const _ of [1, 2]) await visitBank(bank, { login: loginOf("demo", "wrong") });
    expect((await bank.report()).locked).toEqual(["locked"]);
    await visitBank(bank, { login: loginOf("demo", "wrong") });
    expect((await bank.report()).locked).toEqual(["locked", "demo"]);
  });
});

describe("a bank that is late", () => {
  test.for<[request: string, step: string]>([
    ["GET /login", "Open the login page"],
    ["POST /login", "Log in"],
    ["GET /reports/transactions.csv", "Download the transactions"],
  ])("with %s ends the run with the step's name", async ([request, step]) => {
    const { failure } = await visitBank(await openBank({ [request]: "hang" }), { recipe: hasty });
    expect(failure).toMatchObject({ kind: "timed-out", message: `timed out: ${step}` });
  });

  test("with the overview is given up after the step's time", async () => {
    const bank = await openDemoBank({ slow_ms: 30_000 });
    const { failure } = await visitBank(bank, { login: loginOf("slow"), recipe: hasty });
    expect(failure).toMatchObject({ kind: "timed-out", message: "timed out: Send the one-time code" });
  });

  test("with the overview within the step's time is waited for", async () => {
    const bank = await openDemoBank({ slow_ms: 300 });
    expect((await visitBank(bank, { login: loginOf("slow") })).failure).toBeNull();
  });
});

describe("a bank that lies", () => {
  test.for<[request: string, lie: Lie, kind: string, message: string]>([
    ["GET /login", "error", "unreachable", "the bank answered with status 500"],
    ["POST /login", "error", "unreachable", "the bank answered with status 500"],
    ["GET /login", "endless", "page-changed", "page changed: an answer is larger than 2097152 bytes"],
    ["GET /login", "cut", "unreachable", "the bank broke off its answer"],
    ["GET /login", "garbage", "page-changed", 'page changed: element "User name" not found'],
    ["GET /login", "deep", "page-changed", "page changed: it is nested too deep"],
    ["GET /login", "redirect-loop", "page-changed", "page changed: it redirects without end"],
    ["GET /login", "redirect-away", "page-changed", "page changed: it leads to another address"],
    ["GET /login", "form-away", "page-changed", "page changed: it leads to another address"],
    ["GET /login", "form-by-address", "page-changed", "page changed: the login would be sent in an address"],
    ["POST /login", "redirect-away", "page-changed", "page changed: it leads to another address"],
    ["POST /login", "repeat-form", "page-changed", "page changed: it redirects a form"],
    ["POST /login", "repeat-form-away", "page-changed", "page changed: it redirects a form"],
    ["POST /login", "redirect-loop", "page-changed", expect.stringContaining("page changed: element")],
    ["GET /reports/statement.xml", "redirect-away", "page-changed", "page changed: it leads to another address"],
  ])("at %s with %s ends the run, and gets the password once at most", async ([request, lie, kind, message]) => {
    const bank = await openBank({ [request]: lie });
    const { failure, sent } = await visitBank(bank, { login: { ...loginOf("demo"), password: "demo" } });
    expect(failure).toMatchObject({ kind, message });
    expect(sent.filter((text) => text.includes("password=")).length).toBeLessThanOrEqual(1);
    expect(sent.filter((text) => !text.includes(bank.url))).toEqual([]);
    expect((await bank.report()).strays).toEqual([]);
  });

  test("that nobody listens at is unreachable, before any password", async () => {
    const bank = await openBank();
    const { failure, passwords } = await visitBank({ ...bank, url: "http://127.0.0.1:1" });
    expect(failure).toMatchObject({ kind: "unreachable", message: "the bank could not be reached" });
    expect(passwords).toBe(0);
  });

  test("leaves no login in what is said of it", async () => {
    const login = { username: "demo-user", account_number: "87654321-1", password: "s3cret&word" };
    const { failure, steps, sent } = await visitBank(await openBank(), { login });
    const said = JSON.stringify([failure, failure?.message, steps]);
    for (const secret of Object.values(login)) expect(said).not.toContain(secret);
    expect(sent.map((text) => text.split(" ")[1]).join()).not.toContain("s3cret");
  });
});

test("a password is announced before it leaves, and not when its field is missing", async () => {
  const bank = await openBank();
  const requestsBefore: number[] = [];
  await visitBank(bank, {
    io: { beforePassword: async () => void requestsBefore.push((await bank.report()).requests.length) },
  });
  expect(requestsBefore).toEqual([1]);
  const without = changeRecipe(demoBank, {
    login: demoBank.login.map((step) =>
      step.do === "fill" && step.value === "{{password}}" ? { ...step, target: { field: ["PIN"] } } : step,
    ),
  });
  const { failure, passwords } = await visitBank(bank, { recipe: without });
  expect(failure?.message).toBe('page changed: element "PIN" not found');
  expect(passwords).toBe(0);
});

test("a run that cannot note that the password leaves does not send it", async () => {
  const bank = await openBank();
  const visit = visitBank(bank, {
    io: {
      beforePassword: async () => {
        throw new Error("the lease is lost");
      },
    },
  });
  await expect(visit).rejects.toThrow("the lease is lost");
  expect((await bank.report()).requests).toEqual(["GET /login"]);
});

test("a table that only a script fills is not there without a browser", async () => {
  const collect: RecipeInput["collect"] = [
    { do: "navigate", description: "Go to the positions", through: [{ text: ["Positions"] }] },
    { do: "read_table", description: "Read the positions", target: { css: "#positions" }, report: "accounts" },
  ];
  const { failure } = await visitBank(await openBank(), { recipe: changeRecipe(demoBank, { collect }) });
  expect(failure?.message).toBe("page changed: element #positions not found");
});

test("a bank that wants a browser fails without one", async () => {
  const bank = await openBank();
  const { failure } = await visitBank(bank, { recipe: changeRecipe(demoBank, { runner: "browser" }) });
  expect(failure).toMatchObject({ kind: "browser-missing", message: "selenium not configured" });
  expect((await bank.report()).requests).toEqual([]);
});
