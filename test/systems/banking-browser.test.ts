import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { demoBankBrowser } from "../../src/connectors/banks/demo-bank.ts";
import type { Recipe, RecipeInput } from "../../src/connectors/banks/recipe.ts";
import { changeRecipe, loginOf } from "../connectors/banks/visits.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { openDemoBank } from "../support/demo-bank/client.ts";
import { startDemoBank } from "../support/demo-bank/server.ts";
import type { DemoBankOptions, Lie } from "../support/demo-bank/world.ts";
import { type BrowserWorld, openBrowserWorld } from "../support/bank-browser/world.ts";
import type { LocalServer } from "../support/listen-locally.ts";

const today = Date.UTC(2026, 4, 6);
const hasty = changeRecipe(demoBankBrowser, {}, 3);
const state = createStateFolder();
let server: LocalServer;
let browser: BrowserWorld;

beforeAll(async () => {
  server = await startDemoBank();
  browser = await openBrowserWorld(state.folder);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  state.remove();
});

/** Visits a bank of its own, and tells what came of it on both sides. */
async function visit(
  username: string,
  options: DemoBankOptions = {},
  recipe: Recipe = hasty,
  login = loginOf(username),
) {
  const bank = await openDemoBank({ today, ...options }, server.url);
  const control = bank.url.replace("/worlds/", "/control/worlds/");
  const answer = await browser.visit({ recipe, login, url: bank.url, control });
  return { ...answer, bank: await bank.report() };
}

const textOf = (content = "") => Buffer.from(content, "base64").toString();

/** Width and height in the header of a PNG. */
function sizeOf(screenshot: string | null | undefined) {
  const png = Buffer.from(screenshot ?? "", "base64");
  return { signature: png.toString("latin1", 1, 4), width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

describe("a visit with a browser", () => {
  test("brings every report, a table that a script filled among them, and leaves no session open", async () => {
    const { failure, reports, steps, passwords, bank } = await visit("demo", {}, demoBankBrowser);
    expect(failure).toBeNull();
    expect(reports.map(({ report, filename }) => [report, filename])).toEqual([
      ["accounts", "accounts.html"],
      ["transactions", "transactions_2026-05-06.csv"],
      ["holdings", "holdings_2026-05-06.xls"],
      ["statement", "statement_2026-05-06.xml"],
      ["positions", "positions.html"],
    ]);
    expect(textOf(reports[1]?.content)).toMatch(
      /^Booking date,Description,Amount,Currency\r\n2026-03-09,Groceries & more,/,
    );
    expect(reports[2]?.content).toMatch(/^0M8R4KGxGuE/);
    expect(textOf(reports[4]?.content)).toBe(`<!doctype html><meta charset="utf-8"><table>
<tr><th>Instrument</th><th>Quantity</th><th>Price</th></tr>
<tr><td>Alpha Fund</td><td>10</td><td>105.75</td></tr>
<tr><td>Beta Share</td><td>20</td><td>57.25</td></tr>
<tr><td>Gamma Bond</td><td>30</td><td>11.5</td></tr>
</table>
`);
    expect(steps).toHaveLength(demoBankBrowser.login.length + demoBankBrowser.collect.length + 1);
    expect(passwords).toBe(1);
    expect(bank).toMatchObject({ logins: [{ username: "demo", outcome: "accepted" }], open_sessions: 0, strays: [] });
  });

  test("ends a session that is open elsewhere", async () => {
    const { failure, bank } = await visit("busy");
    expect(failure).toBeNull();
    expect(bank.requests).toContain("POST /elsewhere");
    expect(bank.open_sessions).toBe(0);
  });

  test.for<[name: string, path: RecipeInput["collect"], text: string, content: RegExp]>([
    [
      "that a script makes",
      [{ do: "open", description: "Open", path: "/positions" }],
      "Positions (CSV)",
      /^Instrument,/,
    ],
    [
      "that opens in a window of its own",
      [{ do: "open", description: "Open", path: "/reports/all" }],
      "Statement (MT940)",
      /^:20:/,
    ],
  ])("keeps a file %s", async ([, path, text, content]) => {
    const collect: RecipeInput["collect"] = [
      ...path,
      { do: "download", description: "Download", target: { text: [text] }, report: "statement" },
    ];
    const { failure, reports, bank } = await visit("demo", {}, changeRecipe(hasty, { collect }));
    expect(failure).toBeNull();
    expect(textOf(reports[0]?.content)).toMatch(content);
    expect(bank.open_sessions).toBe(0);
  });
});

describe("a bank that refuses a browser", () => {
  test.for<[username: string, password: string, kind: string, message: string]>([
    ["demo", "wrong", "login-refused", "login refused"],
    ["locked", "locked", "login-refused", "login refused"],
    ["nocode", "nocode", "code-not-received", "one-time code not received in 30 s"],
  ])(
    "%s with the password %s is known for it, and no picture is taken",
    async ([username, password, kind, message]) => {
      const { failure, bank, passwords } = await visit(username, {}, hasty, loginOf(username, password));
      expect(failure).toEqual({ kind, message, screenshot: null });
      expect(passwords).toBe(1);
      expect(bank.logins).toHaveLength(1);
      expect(bank.requests.filter((request) => request === "POST /login")).toHaveLength(1);
    },
  );
});

describe("a page that changed", () => {
  test("after the login is shown in a picture, and the session is closed", async () => {
    const { failure, bank } = await visit("changed");
    expect(failure).toMatchObject({ kind: "page-changed", message: 'page changed: element "Reports" not found' });
    expect(sizeOf(failure?.screenshot)).toEqual({ signature: "PNG", width: 1280, height: 900 });
    expect(bank.open_sessions).toBe(0);
  });

  test("at the login is not shown, as fields hold what was typed", async () => {
    const login: RecipeInput["login"] = hasty.login.map((step) =>
      step.do === "click" ? { ...step, target: { text: ["Enter the vault"] } } : step,
    );
    const { failure, bank } = await visit("demo", {}, changeRecipe(hasty, { login }));
    expect(failure).toEqual({
      kind: "page-changed",
      message: 'page changed: element "Enter the vault" not found',
      screenshot: null,
    });
    expect(bank.requests).toEqual(["GET /login"]);
  });

  test("to one that asks for the password again is not shown", async () => {
    const collect: RecipeInput["collect"] = [
      { do: "open", description: "Open", path: "/login" },
      { do: "click", description: "Look", target: { text: ["Nothing"] } },
    ];
    const { failure } = await visit("demo", {}, changeRecipe(hasty, { collect }, 2));
    expect(failure).toMatchObject({ kind: "page-changed", screenshot: null });
  });
});

describe("a bank that is late", () => {
  test("with the overview ends the run with the step's name", async () => {
    const { failure } = await visit("slow", { slow_ms: 30_000 });
    expect(failure).toEqual({ kind: "timed-out", message: "timed out: Send the one-time code", screenshot: null });
  });

  test("with the overview leaves no session open", async () => {
    const log_out = hasty.log_out.map((step) => (step.do === "open" ? { ...step, path: "/reports" } : step));
    const { failure, bank } = await visit("slow", { slow_ms: 30_000 }, changeRecipe(hasty, { log_out }, 3));
    expect(failure).toMatchObject({ kind: "timed-out" });
    expect(bank.open_sessions).toBe(0);
  });

  test("within the step's time is waited for", async () => {
    expect((await visit("slow", { slow_ms: 1500 })).failure).toBeNull();
  });
});

describe("a bank that lies to a browser", () => {
  test.for<[request: string, lie: Lie, kind: string, message: string]>([
    ["GET /login", "error", "unreachable", "the bank answered with status 500"],
    ["GET /login", "garbage", "page-changed", 'page changed: element "User name" not found'],
    ["GET /login", "redirect-away", "page-changed", "page changed: it leads to another address"],
    ["GET /login", "form-away", "page-changed", "page changed: it leads to another address"],
    ["GET /login", "form-by-address", "page-changed", "page changed: the login would be sent in an address"],
    ["POST /login", "redirect-away", "page-changed", "page changed: it leads to another address"],
    ["POST /login", "repeat-form-away", "page-changed", "page changed: it leads to another address"],
    ["GET /login", "hang", "timed-out", "timed out: Open the login page"],
    ["GET /reports/transactions.csv", "page-not-file", "page-changed", "page changed: no file came"],
  ])(
    "at %s with %s ends the run, and no password leaves for another address",
    async ([request, lie, kind, message]) => {
      const { failure, bank } = await visit("demo", { lies: { [request]: lie } });
      expect(failure).toMatchObject({ kind, message });
      expect(bank.strays).toEqual([]);
      expect(bank.requests.filter((text) => text === "POST /login").length).toBeLessThanOrEqual(1);
      expect(bank.requests.join()).not.toContain("password=");
      expect(bank.open_sessions).toBe(0);
    },
  );

  type Step = RecipeInput["collect"][number];
  const atPositions = (step: Step) =>
    changeRecipe(hasty, { collect: [{ do: "open", description: "Open", path: "/positions" }, step] });
  const download: Step = {
    do: "download",
    description: "Download",
    target: { text: ["Download"] },
    report: "statement",
  };

  test("by a socket reaches nobody but itself", async () => {
    const wait: Step = { do: "wait", description: "Wait", for: [{ says: ["The socket is settled"] }] };
    const { failure, bank } = await visit("demo", { lies: { "GET /positions": "socket-away" } }, atPositions(wait));
    expect(failure).toBeNull();
    expect(bank.strays).toEqual([]);
  });

  test("by a window that a script opens stays in sight", async () => {
    const lies = { "GET /positions": "opens-window" } as const;
    const { failure, reports } = await visit("demo", { lies }, atPositions(download));
    expect(failure).toBeNull();
    expect(textOf(reports[0]?.content)).toMatch(/^:20:/);
  });

  test("by a file that a script makes too large is told so", async () => {
    const lies = { "GET /positions": "makes-too-much" } as const;
    const { failure } = await visit("demo", { lies }, atPositions(download));
    expect(failure).toMatchObject({ kind: "page-changed", message: "page changed: a file is too large" });
  });

  test("that nobody listens at is unreachable, before any password", async () => {
    const request = { recipe: hasty, login: loginOf("demo"), url: "http://127.0.0.1:1", control: server.url };
    const { failure, passwords } = await browser.visit(request);
    expect(failure).toMatchObject({ kind: "unreachable", message: "the bank could not be reached" });
    expect(passwords).toBe(0);
  });
});

describe("collecting by the front door", () => {
  const home = createStateFolder();
  const codes: string[] = [];
  let bank: LocalServer;
  let catchment: CatchmentProcess;
  /** Of whoever's phone gets the codes. */
  let phone: { authorization: string } | undefined;

  beforeAll(async () => {
    bank = await startDemoBank({
      sendCode(_, code) {
        codes.push(code);
        void ask("POST", "/netbank/otp", { message: `Demo Bank: your code is ${code}` });
      },
    });
    const env = { BANK_URLS: JSON.stringify({ "demo-bank-browser": bank.url }), LOG_LEVEL: "DEBUG" };
    catchment = await startCatchment(home.folder, { args: ["--browser"], env });
  });

  afterAll(async () => {
    await catchment?.stop();
    await bank?.close();
    home.remove();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${catchment.origin}${path}`, {
      method,
      headers: { ...phone, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return Object(JSON.parse(text));
  }

  /** Registers somebody, stores a login of the bank, collects, and gives the run that came of it. */
  async function collect(username: string, password: string) {
    phone = undefined;
    const account = { email: `${username}@example.org`, password: "a-password-of-catchment" };
    const { access_token } = await ask("POST", "/user/register", account);
    phone = { authorization: `Bearer ${String(access_token)}` };
    const login = { ...loginOf(username, password), bank: "demo-bank-browser" };
    await ask("POST", "/netbank/credentials", login);
    await ask("PUT", "/user/collect_automatically");
    return vi.waitFor(
      async () => {
        const { runs } = await ask("GET", "/user/runs");
        const [run] = runs as Record<string, unknown>[];
        expect(run?.["completed_at"]).toEqual(expect.any(String));
        return run;
      },
      { timeout: 120_000, interval: 1000 },
    );
  }

  test("brings files that can be looked at, and no secret into the log", async () => {
    expect(await collect("demo", "demo")).toMatchObject({ state: "completed", error: null, has_screenshot: false });
    const { files } = await ask("GET", "/data/list");
    expect((files as { filename: string }[]).map(({ filename }) => filename)).toEqual([
      "accounts.parquet",
      "holdings.parquet",
      "positions.parquet",
      "statement.parquet",
      "transactions.parquet",
    ]);
    const { preview } = await ask("GET", "/data/files/positions.parquet/preview");
    expect(preview).toMatchObject({ n_rows: 3, rows: [{ Instrument: "Alpha Fund", Quantity: 10 }, {}, {}] });
    expect(codes).toHaveLength(1);
    for (const secret of [...codes, loginOf("demo").account_number]) expect(catchment.output()).not.toContain(secret);
  });

  test("a wrong password is refused once, and is nowhere to be read", async () => {
    const run = await collect("busy", "wr0ng-passw0rd");
    expect(run).toMatchObject({ state: "failed", error: "login refused", has_screenshot: false });
    expect(JSON.stringify(await ask("GET", "/user/job-status"))).not.toContain("wr0ng");
    expect(catchment.output()).not.toContain("wr0ng");
  });
});
