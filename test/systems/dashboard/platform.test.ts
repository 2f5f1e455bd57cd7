import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startExchangeServer } from "../../support/exchange-server/server.ts";
import { type DashboardPage, type DashboardWorld, startDashboard } from "./browser.ts";
import { verifyCall } from "../../support/webhook-server/verify.ts";
import type { ReceivedCall } from "../../support/webhook-server/world.ts";
import { startWebhookServer } from "../../support/webhook-server/server.ts";
import type { LocalServer } from "../../support/listen-locally.ts";

const HOSTILE = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'"`;
const PASSWORD = "correct horse battery";
const SESSION = "catchment_session";
/** Every screen of the views that this file is about. */
const SCREENS = [
  "#/overview",
  "#/jobs",
  "#/settings",
  "#/settings/schedules",
  "#/settings/notifications",
  "#/settings/users",
  "#/settings/tokens",
  "#/settings/vault",
  "#/settings/storage",
  "#/settings/configuration",
  "#/settings/audit",
];

let exchanges: LocalServer;
let world: DashboardWorld;

beforeAll(async () => {
  exchanges = await startExchangeServer({
    // Three pages come, then the exchange says nothing any more: a job that runs for as long as a test wants.
    world: { page_size: 500, faults: [{ kind: "timeout", on: "candles", skip: 3, times: 1000 }] },
  });
  const refusal = { kind: "status", status: 400, body: JSON.stringify({ code: -1121, msg: HOSTILE }), times: 1000 };
  await fetch(`${exchanges.url}/control/worlds/broken`, {
    method: "PUT",
    body: JSON.stringify({ faults: [{ ...refusal, on: "candles" }] }),
  });
  const EXCHANGE_URLS = JSON.stringify({
    binance: `${exchanges.url}/binance`,
    bybit: `${exchanges.url}/worlds/broken/bybit`,
  });
  const env = { EXCHANGE_URLS, ANONYMOUS_ACCESS: "", ALLOW_PRIVATE_HOSTS: "127.0.0.1" };
  world = await startDashboard({ env });
});

afterAll(async () => {
  await world?.close();
  await exchanges?.close();
});

/** What the page's own script could ask, with its cookie and its origin. */
async function callApi<Body>(page: Page, method: string, path: string, body?: unknown): Promise<Body> {
  const { status, text } = await page.evaluate(
    async ([verb, address, json]) => {
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(address, { method: verb, ...(json !== null && { headers, body: json }) });
      return { status: response.status, text: await response.text() };
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
  return (text === "" ? null : JSON.parse(text)) as Body;
}

async function startDownload(page: Page, exchange: string, symbol = "BTCUSDT"): Promise<string> {
  const body = { exchange, symbol, market: "spot", start_date: "2024-01-01", end_date: "2024-01-31" };
  return (await callApi<{ job_id: string }>(page, "POST", "/api/v1/ingest/download", body)).job_id;
}

async function addUser(page: Page, email: string): Promise<{ email: string; password: string }> {
  await callApi(page, "POST", "/admin/users", { email, password: PASSWORD });
  return { email, password: PASSWORD };
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const row = (page: Page, name: string | RegExp) => page.getByRole("row", { name });

/** There is no list of the schedules of sources: each is asked for, and answered 404 where there is none. */
function forgetSourcesWithoutSchedule({ complaints }: DashboardPage): void {
  const others = complaints.filter((text) => !/404.*\/api\/sources\/[^/]+\/schedule\)$/.test(text));
  complaints.splice(0, complaints.length, ...others);
}

async function expectNothingRan({ page, complaints }: DashboardPage): Promise<void> {
  expect(await page.evaluate("window.hacked")).toBeUndefined();
  expect(complaints).toEqual([]);
}

describe("the session", () => {
  it("opens by the right password only and leaves no token where a script could read it", async () => {
    const { page, complaints, picture, expectAccessible } = await world.open("#/settings", { signIn: null });
    await page.getByLabel("E-mail address").fill(world.admin.email);
    await page.getByLabel("Password").fill("wrong password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Wrong e-mail address or password.").waitFor();
    await expectAccessible();
    await picture("sign-in-wrong");
    expect(await page.context().cookies()).toEqual([]);

    await page.getByLabel("Password").fill(world.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await heading(page, "Settings").waitFor();
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ name: SESSION, httpOnly: true, sameSite: "Strict", path: "/" }]);
    const token = cookies[0]?.value ?? "";
    const kept = await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]");
    expect(kept).toEqual(["", 0, 0]);
    expect(await page.content()).not.toContain(token);
    expect(page.url()).toBe(`${world.server.origin}/#/settings`);
    // The two refusals are logged by the browser.
    expect(complaints.filter((text) => !/status of 40[01]/.test(text))).toEqual([]);
  });

  it("counts for requests of its own origin only", async () => {
    const { page, complaints } = await world.open();
    const { request } = page.context();
    const cancel = `${world.server.origin}/jobs/job_1/cancel`;
    const foreign = await request.post(cancel, { headers: { Origin: "https://elsewhere.example" } });
    expect({ status: foreign.status(), body: await foreign.json() }).toMatchObject({
      status: 403,
      body: { error: "ORIGIN_MISMATCH" },
    });
    const own = await request.post(cancel, { headers: { Origin: world.server.origin } });
    expect(await own.json()).toMatchObject({ error: "JOB_NOT_FOUND" });
    expect(complaints).toEqual([]);
  });

  it("that has expired leads to the sign-in, and from there back to the same place", async () => {
    const { page, complaints } = await world.open("#/jobs?status=failed");
    await heading(page, "Jobs").waitFor();
    await page.context().clearCookies();
    await page.getByLabel("State").selectOption("cancelled");
    await page.getByLabel("E-mail address").fill(world.admin.email);
    await page.getByLabel("Password").fill(world.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await heading(page, "Jobs").waitFor();
    expect(page.url()).toContain("#/jobs?status=cancelled");
    expect(await page.getByLabel("State").inputValue()).toBe("cancelled");
    expect(complaints.filter((text) => !text.includes("status of 401"))).toEqual([]);
  });

  it("begins for an invited person by the mailed link, and ends by either way out", async () => {
    const admin = await world.open("#/settings/users");
    await admin.page.getByRole("button", { name: "Add a user" }).click();
    const dialog = admin.page.getByRole("dialog", { name: "Add a user" });
    await dialog.getByLabel("E-mail address").fill("invited@example.org");
    await dialog.getByLabel("Inventory").selectOption("read");
    await admin.expectAccessible();
    await admin.picture("settings-invite");
    await dialog.getByRole("button", { name: "Send invitation" }).click();
    await row(admin.page, /invited@example\.org.*Inventory \(read\)/).waitFor();
    expect(admin.complaints).toEqual([]);

    const link = await vi.waitFor(() => {
      const found = /invited@example\.org\): (\S+)/.exec(world.server.output())?.[1];
      if (found === undefined) throw new Error("No link yet");
      return found.replace(/^https?:\/\/[^/]+\//, "");
    });
    const { page, picture, expectAccessible } = await world.open(link, { signIn: null });
    await page.getByLabel("New password").fill(PASSWORD);
    expect(page.url()).toBe(`${world.server.origin}/#/reset-password`);
    await expectAccessible();
    await picture("choose-password");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page, "invited@example.org", PASSWORD);
    await heading(page, "Overview").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.context().cookies()).toEqual([]);

    await signIn(page, "invited@example.org", PASSWORD);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Two ways out" }).waitFor();
    await expectAccessible();
    await picture("settings-account");
    await page.getByRole("button", { name: "Stop collecting and forget my bank login" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop collecting" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect((await page.context().request.get(`${world.server.origin}/users/me`)).status()).toBe(401);
  });
});

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

describe("the jobs", () => {
  it("are shown live, with what can be done with them", async () => {
    const dashboard = await world.open();
    const { page, picture, expectAccessible } = dashboard;
    const running = page.getByRole("region", { name: "Running now" });
    await running.getByText("Nothing runs.").waitFor();
    const id = await startDownload(page, "binance");
    const bar = running.getByRole("progressbar", { name: "Progress of download" });
    await expect.poll(() => bar.getAttribute("value"), { timeout: 30_000 }).toMatch(/^[1-9]/);
    await page.getByRole("region", { name: "Storage" }).waitFor();
    await expectAccessible();
    await picture("overview-live");

    await running.getByRole("link", { name: "Download of market data" }).click();
    await heading(page, "Download of market data").waitFor();
    await page.getByRole("listitem").filter({ hasText: "Started" }).waitFor();
    await expectAccessible();
    await picture("job-running");
    await page.getByRole("button", { name: "Cancel this job" }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel this job" });
    await expectAccessible();
    await dialog.getByRole("button", { name: "Go back" }).click();
    await page.getByRole("button", { name: "Cancel this job" }).click();
    await dialog.getByRole("button", { name: "Cancel this job" }).click();
    await page.getByRole("listitem").filter({ hasText: "Cancelled" }).waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Cancel this job" }).waitFor();
    await callApi(page, "POST", `/jobs/${id}/cancel`);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await expectNothingRan(dashboard);
  });

  it("that failed say why, as text", async () => {
    const dashboard = await world.open("#/overview");
    const { page, picture, expectAccessible } = dashboard;
    await startDownload(page, "bybit");
    const failures = page.getByRole("region", { name: "Last failures" });
    await failures.getByText("window.hacked").waitFor();
    await picture("overview-failed");
    await failures.getByRole("link", { name: "Download of market data" }).first().click();
    await page.getByRole("region", { name: "Errors" }).getByText("<script>").waitFor();
    await expectAccessible();
    await picture("job-failed");
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    await picture("job-failed-narrow");
    await expectNothingRan(dashboard);
  });

  it("are listed by page and filter, and each place has an address", async () => {
    const dashboard = await world.open("#/jobs");
    const { page, picture, expectAccessible } = dashboard;
    for (let number = 0; number < 26; number++) await startDownload(page, "bybit", `A${number}USDT`);
    await expect.poll(() => page.getByRole("row").count(), { timeout: 30_000 }).toBe(26);
    await page.getByRole("button", { name: "Next" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Previous" }).isEnabled()).toBe(true);
    await page.getByRole("button", { name: "Previous" }).click();
    await expect.poll(() => page.getByRole("row").count()).toBe(26);
    await page.getByLabel("State").selectOption("failed");
    await row(page, /Download of market data.*failed/)
      .first()
      .waitFor();
    await expectAccessible();
    await picture("jobs-failed");

    await page.getByLabel("Domain").selectOption("warehouse");
    await page.getByText("No job is like this.").waitFor();
    expect(page.url()).toContain("status=failed&domain=warehouse");
    await page.goBack();
    await expect.poll(() => page.getByLabel("Domain").inputValue()).toBe("");
    await page.getByRole("link", { name: "Download of market data" }).first().click();
    await heading(page, "Download of market data").waitFor();
    await page.goBack();
    await heading(page, "Jobs").waitFor();
    await page.goForward();
    await heading(page, "Download of market data").waitFor();
    await page.reload();
    await heading(page, "Download of market data").waitFor();
    await expectNothingRan(dashboard);
  });
});

describe("the settings", () => {
  it("let an admin give rights, block and delete", async () => {
    const admin = await world.open("#/settings/users");
    const member = await addUser(admin.page, "member@example.org");
    const other = await world.open("#/settings/users", { signIn: member });
    await other.page.getByText("it is for admins").waitFor();
    expect(await other.page.getByRole("navigation", { name: "Settings" }).getByRole("link").allTextContents()).toEqual([
      "Account",
      "Schedules",
      "Notifications",
    ]);

    const { page } = admin;
    await page.reload();
    const actions = page.getByRole("group", { name: "Actions for member@example.org" });
    await actions.getByRole("button", { name: "Rights" }).click();
    await page.getByRole("dialog").getByLabel("Warehouse").selectOption("write");
    await page.getByRole("dialog").getByRole("button", { name: "Save rights" }).click();
    await row(page, /member@example\.org.*Warehouse \(read and change\)/).waitFor();
    await admin.expectAccessible();
    await admin.picture("settings-users");
    await actions.getByRole("button", { name: "Block" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await row(page, /member@example\.org.*blocked/).waitFor();
    await other.page.getByRole("link", { name: "Schedules" }).click();
    await other.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await actions.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await row(page, /member@example\.org/).waitFor({ state: "detached" });
    expect(admin.complaints).toEqual([]);
  });

  it("change the own address and password, and go on with the session", async () => {
    const admin = await world.open();
    const login = await addUser(admin.page, "before@example.org");
    await addUser(admin.page, "taken@example.org");
    const { page, complaints, expectAccessible } = await world.open("#/settings", { signIn: login });
    await page.getByLabel("New e-mail address").fill("taken@example.org");
    await page.getByRole("button", { name: "Change address" }).click();
    await page.getByText("Somebody has this e-mail address already.").waitFor();
    await page.getByLabel("New e-mail address").fill("after@example.org");
    await page.getByRole("button", { name: "Change address" }).click();
    await page.getByText("You sign in as after@example.org from now on").waitFor();

    const fill = async (current: string, next: string, again: string) => {
      await page.getByLabel("Current password").fill(current);
      await page.getByLabel(/^New password(?!,)/).fill(next);
      await page.getByLabel("New password, again").fill(again);
      await page.getByRole("button", { name: "Change password" }).click();
    };
    await fill(PASSWORD, "another password", "a third password");
    await page.getByRole("alert").getByText("The two new passwords differ").waitFor();
    await fill("wrong password", "another password", "another password");
    await page.getByRole("alert").getByText("password").waitFor();
    await expectAccessible();
    await fill(PASSWORD, "another password", "another password");
    await page.getByText("Your password is changed").waitFor();
    expect(await page.getByLabel("Current password").inputValue()).toBe("");
    await page.reload();
    await page.getByText("after@example.org").first().waitFor();
    expect(complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
  });

  it("make a token that is shown once, works, and is refused once revoked", async () => {
    const dashboard = await world.open("#/settings/tokens");
    const { page, picture, expectAccessible } = dashboard;
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    const name = HOSTILE.slice(0, 100);
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Make token" }).click();
    await dialog.getByRole("alert").getByText("Choose at least one thing").waitFor();
    await picture("settings-token-refused");
    await dialog.getByLabel("Read market data").check();
    await expectAccessible();
    await dialog.getByRole("button", { name: "Make token" }).click();
    const token = (await dialog.getByRole("code").textContent()) ?? "";
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    await picture("settings-token-made");
    await dialog.getByRole("button", { name: "I have it" }).click();
    await page.getByRole("row").filter({ hasText: "<script>window.hacked" }).waitFor();
    expect(await page.content()).not.toContain(token);
    expect(page.url()).toBe(`${world.server.origin}/#/settings/tokens`);

    const ask = () => fetch(`${world.server.origin}/jobs`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("revoked").waitFor();
    expect((await ask()).status).toBe(401);
    await expectAccessible();
    await expectNothingRan(dashboard);
  });

  it("add a webhook whose secret is shown once, test it, send again what was sent, and remove it", async () => {
    const receiver = await startWebhookServer();
    try {
      const dashboard = await world.open("#/settings/notifications");
      const { page, picture, expectAccessible } = dashboard;
      await page.getByRole("button", { name: "Add a webhook" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("URL").fill("http://hooks.example.org/");
      await dialog.getByRole("button", { name: "Add webhook" }).click();
      await dialog.getByText("must start with https://").first().waitFor();
      await expectAccessible();
      await picture("settings-webhook-refused");
      const url = `${receiver.url}/worlds/notifications`;
      await dialog.getByLabel("URL").fill(url);
      await dialog.getByRole("button", { name: "Add webhook" }).click();
      const secret = (await dialog.getByRole("code").textContent()) ?? "";
      expect(secret).toMatch(/^whsec_/);
      await dialog.getByRole("button", { name: "I have it" }).click();
      await row(page, new RegExp(url)).waitFor();
      expect(await page.content()).not.toContain(secret);

      const verified = async () => {
        const response = await fetch(`${receiver.url}/control/worlds/notifications`, {
          method: "POST",
          body: secret,
        });
        return (await response.json()) as { id: string; message: unknown }[];
      };
      await page.getByRole("button", { name: "Test" }).click();
      await page.getByText("The test was delivered").waitFor();
      const [test] = await verified();
      expect(test?.message).toMatchObject({ type: "webhook.test" });
      await page.getByRole("button", { name: "What was sent" }).click();
      await row(page, /A test.*delivered/).waitFor();
      await expectAccessible();
      await picture("settings-webhook-sent");
      await dialog.getByRole("button", { name: "Send again" }).click();
      const tests = async () => (await verified()).filter(({ id }) => id === test?.id);
      await vi.waitFor(async () => expect(await tests()).toEqual([test, test]), { timeout: 10_000 });
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "New secret" }).click();
      await dialog.getByRole("button", { name: "New secret" }).click();
      const next = (await dialog.getByRole("code").textContent()) ?? "";
      await expectAccessible();
      await dialog.getByRole("button", { name: "I have it" }).click();
      await page.getByRole("button", { name: "Test" }).click();
      const last = async () => {
        const calls = (await (await fetch(`${receiver.url}/control/worlds/notifications`)).json()) as ReceivedCall[];
        return calls.at(-1) ?? { headers: {}, body: "" };
      };
      const isSignedTwice = async () => expect((await last()).headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
      await vi.waitFor(isSignedTwice, { timeout: 10_000 });
      expect(verifyCall(await last(), next).message).toMatchObject({ type: "webhook.test" });
      expect(await page.content()).not.toContain(next);
      await page.getByRole("button", { name: "Switch off" }).click();
      await page.getByRole("button", { name: "Switch on" }).waitFor();
      await page.getByRole("button", { name: "Remove" }).click();
      await dialog.getByRole("button", { name: "Remove" }).click();
      await page.getByText("There is no webhook yet").waitFor();
    } finally {
      await receiver.close();
    }
  });

  it("list what starts by itself, to be paused and deleted", async () => {
    const dashboard = await world.open();
    const { page, picture, expectAccessible } = dashboard;
    await callApi(page, "POST", "/schedules", { name: HOSTILE, cron_expression: "0 2 * * *", provider: "aws" });
    await callApi(page, "POST", "/api/v1/ingest/schedules", {
      name: "Majors",
      cron_expression: "5 * * * *",
      series: [{ exchange: "binance", symbol: "BTCUSDT", start_date: "2024-01-01" }],
    });
    await page.goto(`${world.server.origin}/#/settings/schedules`);
    await row(page, /<script>.*Scan of clouds every day at 02:00.*on/).waitFor();
    const majors = page.getByRole("group", { name: "Actions for Majors" });
    await majors.getByRole("button", { name: "Pause" }).click();
    await row(page, /Majors Download of market data every hour at minute 5, UTC paused/).waitFor();
    await expectAccessible();
    await picture("settings-schedules");
    await majors.getByRole("button", { name: "Resume" }).click();
    await majors.getByRole("button", { name: "Pause" }).waitFor();
    for (const name of ["Majors", "<script>"]) {
      await page.getByRole("row").filter({ hasText: name }).getByRole("button", { name: "Delete" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await page.getByRole("row").filter({ hasText: name }).waitFor({ state: "detached" });
    }
    forgetSourcesWithoutSchedule(dashboard);
    await expectNothingRan(dashboard);
  });

  it("rotate the vault's key with its progress, and show the configuration without a secret", async () => {
    const dashboard = await world.open("#/settings/vault");
    const { page, picture, expectAccessible } = dashboard;
    await row(page, "1 (seals) yes 0").waitFor();
    await page.getByRole("button", { name: "Seal all secrets under the newest key" }).click();
    await page.getByText("completed").waitFor();
    await expectAccessible();
    await picture("settings-vault");

    await page.getByRole("link", { name: "Configuration" }).click();
    await row(page, /^JWT_SECRET_KEY secret, set set/).waitFor();
    await row(page, /^JOB_HOUR 18 default Hour of the daily collection/).waitFor();
    await expectAccessible();
    await picture("settings-configuration");
    const shown = await page.content();
    expect(shown).not.toContain(world.admin.password);
    await page.getByLabel("Search").fill("admin_email");
    await row(page, new RegExp(`^ADMIN_EMAIL ${world.admin.email} set`)).waitFor();
    expect(page.url()).toContain("text=admin_email");
    await expectNothingRan(dashboard);
  });

  it("check the storage and show what was found", async () => {
    const dashboard = await world.open("#/settings/storage");
    const { page, picture, expectAccessible } = dashboard;
    await page.getByText("No check has been completed yet.").waitFor();
    await page.getByRole("button", { name: "Check storage" }).click();
    await page.getByText("Nothing was found to be wrong.").waitFor();
    await page.getByText(/^Last completed \d/).waitFor();
    await expectAccessible();
    await picture("settings-storage");
    await expectNothingRan(dashboard);
  });

  it("show who changed what, narrowed by filters", async () => {
    const dashboard = await world.open();
    const { page, picture, expectAccessible } = dashboard;
    const group = await callApi<{ id: string }>(page, "POST", "/api/groups", { name: HOSTILE });
    await callApi(page, "PATCH", `/api/groups/${group.id}`, { name: "Microscopists" });
    await page.goto(`${world.server.origin}/#/settings/audit`);
    await row(page, /changed Group/).waitFor();
    await row(page, /changed Group/)
      .getByText("name")
      .first()
      .click();
    await page.getByText("Microscopists").waitFor();
    await expectAccessible();
    await picture("settings-audit");
    await page.getByLabel("What").selectOption("create");
    await page.getByRole("button", { name: "Show" }).click();
    await row(page, /changed Group/).waitFor({ state: "detached" });
    await row(page, /created Group/).waitFor();
    expect(page.url()).toContain("action=create");
    await expectNothingRan(dashboard);
  });
});

describe("the page", () => {
  it("does not say that somebody has left while the server could not end the session", async () => {
    const { page } = await world.open();
    await page.route("**/auth/cookie/logout", (route) => route.fulfill({ status: 500, body: "" }));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("banner").getByRole("alert").waitFor();
    expect(await page.getByLabel("Password").count()).toBe(0);
    await page.unroute("**/auth/cookie/logout");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").waitFor();
  });

  it("says so when the server is gone, and goes on by itself when it is back", async () => {
    const { page, complaints, picture } = await world.open("#/jobs?type=vault-rotate");
    await page.getByRole("row").first().waitFor();
    const before = await page.getByRole("row").count();
    const banner = page.getByText("What you see may be old");
    const restarted = world.restart();
    await banner.waitFor();
    await picture("server-gone");
    await restarted;
    await banner.waitFor({ state: "detached", timeout: 60_000 });
    await callApi(page, "POST", "/admin/vault/rotate");
    await expect.poll(() => page.getByRole("row").count(), { timeout: 30_000 }).toBe(before + 1);
    await expect.poll(() => page.getByRole("row").nth(1).textContent()).toContain("completed");
    expect(complaints.filter((text) => !/ERR_CONNECTION|WebSocket|status of 50\d/.test(text))).toEqual([]);
  });

  it("says what it does not know, and leads on", async () => {
    const { page, complaints, expectAccessible } = await world.open("#/no-such-view/%E0%A4%A");
    await heading(page, "Overview").waitFor();
    await page.goto(`${world.server.origin}/#/no-such-view`);
    await heading(page, "There is no such page").waitFor();
    await expectAccessible();
    await page.getByRole("main").getByRole("link", { name: "overview" }).click();
    await heading(page, "Overview").waitFor();
    await page.goto(`${world.server.origin}/#/jobs/job_unknown`);
    await page.getByRole("alert").getByText("Job not found").waitFor();
    expect(complaints.filter((text) => !text.includes("status of 404"))).toEqual([]);
  });

  it("lets a part be fetched again that could not be loaded", async () => {
    const { page, picture, expectAccessible } = await world.open("#/overview");
    await heading(page, "Overview").waitFor();
    await page.route("**/assets/dashboard/chunk-*.js", (asked) => asked.abort());
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByRole("alert").getByText("This part of the page could not be loaded.").waitFor();
    await expectAccessible();
    await picture("part-not-loaded");
    await page.unroute("**/assets/dashboard/chunk-*.js");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
    await page.getByLabel("State").waitFor();
  });

  it("fits a narrow screen and is accessible, in light and dark", async () => {
    const viewport = { width: 360, height: 740 };
    const dashboard = await world.open("", { viewport });
    const { page, complaints, picture, expectAccessible } = dashboard;
    for (const screen of SCREENS) {
      await page.goto(`${world.server.origin}/${screen}`);
      await page.locator("main h1").waitFor();
      await page.waitForLoadState("networkidle");
      expect(await page.evaluate("document.documentElement.scrollWidth"), screen).toBeLessThanOrEqual(360);
      await expectAccessible();
      await picture(`narrow-${screen.replace(/\W+/g, "-")}`);
      await page.emulateMedia({ colorScheme: "dark" });
      await picture(`narrow-dark-${screen.replace(/\W+/g, "-")}`);
    }
    await page.getByRole("button", { name: "Menu" }).click();
    await picture("narrow-menu");
    await page.getByRole("link", { name: "Overview" }).click();
    await heading(page, "Overview").waitFor();
    forgetSourcesWithoutSchedule(dashboard);
    expect(complaints).toEqual([]);
  });

  it("is used by keyboard alone: sign in, go to a job, and back", async () => {
    const { page } = await world.open("", { signIn: null });
    await page.getByLabel("E-mail address").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type(world.admin.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(world.admin.password);
    await page.keyboard.press("Enter");
    await heading(page, "Overview").waitFor();
    await tabTo(page, "Jobs");
    await page.keyboard.press("Enter");
    await heading(page, "Jobs").waitFor();
    await page.getByRole("link", { name: "Rotation of the vault's key" }).first().waitFor();
    await tabTo(page, "Rotation of the vault's key");
    await page.keyboard.press("Enter");
    await heading(page, "Rotation of the vault's key").waitFor();
    await tabTo(page, "All jobs");
    await page.keyboard.press("Enter");
    await heading(page, "Jobs").waitFor();
    expect(page.url()).toBe(`${world.server.origin}/#/jobs`);
  });
});

/** Presses Tab until the link is reached; fails when it is not among the first hundred stops. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let stop = 0; stop < 100; stop++) {
    await page.keyboard.press("Tab");
    const reached = await page.evaluate("document.activeElement.textContent.trim()");
    if (reached === name) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}
