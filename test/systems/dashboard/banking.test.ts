import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDemoBank, type DemoBankClient } from "../../support/demo-bank/client.ts";
import { startDemoBank } from "../../support/demo-bank/server.ts";
import { ACCOUNT_NUMBER } from "../../support/demo-bank/world.ts";
import { type DashboardWorld, startDashboard } from "./browser.ts";
import type { LocalServer } from "../../support/listen-locally.ts";

const HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
const NARROW = { viewport: { width: 360, height: 800 } };

let banks: LocalServer;
let bank: DemoBankClient;
let world: DashboardWorld;

beforeAll(async () => {
  banks = await startDemoBank();
  bank = await openDemoBank({ today: Date.UTC(2026, 4, 6) }, banks.url);
  world = await startDashboard({ env: { BANK_URLS: JSON.stringify({ "demo-bank": bank.url }) } });
});

afterAll(async () => {
  await world?.close();
  await banks?.close();
});

async function storeLogin(page: Page, name: string, password = name) {
  await page.getByRole("combobox", { name: /^Bank/ }).selectOption({ label: "Demo bank" });
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Account number").fill(ACCOUNT_NUMBER);
  await page.getByLabel("Password at the bank").fill(password);
  await page.getByRole("button", { name: "Store the login" }).click();
  await page.getByText("A login at Demo bank is stored since").waitFor();
}

async function handCodeOver(page: Page) {
  await page.getByLabel("One-time code").waitFor();
  const { codes } = await bank.report();
  await page.getByLabel("One-time code").fill(codes.at(-1)?.code ?? "");
  await page.getByRole("button", { name: "Hand the code over" }).click();
}

/** A page of somebody who has just registered. */
async function openAsNewcomer(email: string, address: string) {
  const signIn = { email, password: "correct horse battery staple" };
  const response = await fetch(`${world.server.origin}/user/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(signIn),
  });
  if (!response.ok) throw new Error(`${email} could not register: ${await response.text()}`);
  return { signIn, ...(await world.open(address, { signIn })) };
}

test("somebody stores a login, collects with the code of their phone, looks at a file and forgets the login", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/banking");
  await page.getByText("No login is stored.").waitFor();
  await expectAccessible();
  await picture("banking-login-empty");
  await storeLogin(page, "demo");
  expect(await page.content()).not.toContain(ACCOUNT_NUMBER);
  await picture("banking-login");

  await page.getByRole("button", { name: "Collect now" }).click();
  await handCodeOver(page);
  await page.getByText("Done: look at your files").waitFor();
  await picture("banking-collected");
  await expectAccessible();

  await page.getByRole("link", { name: "Runs", exact: true }).click();
  const run = page.getByRole("region", { name: "Runs" }).getByRole("row").nth(1);
  await run.getByText("completed").waitFor();
  expect(await run.textContent()).toMatch(/reports with \d+ new rows/);
  await expectAccessible();
  await picture("banking-runs");

  await page.getByRole("link", { name: "Reports", exact: true }).click();
  await page.getByText("add up").first().waitFor();
  await expectAccessible();
  await picture("banking-reports");

  await page.getByRole("link", { name: "Files", exact: true }).click();
  await page.getByRole("link", { name: "transactions.parquet" }).click();
  await page.getByText("Groceries & more").first().waitFor();
  await page.getByRole("img", { name: /as a line/ }).waitFor();
  const points = page.locator("dt", { hasText: "Points" }).locator("+ dd");
  expect(Number(await points.textContent())).toBeGreaterThan(3);
  await expectAccessible();
  await picture("banking-file");

  await page.getByRole("link", { name: "Bank login" }).click();
  await page.getByRole("button", { name: "Forget the login" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Forget the login" }).click();
  await page.getByText("No login is stored.").waitFor();
  expect(await page.getByRole("button", { name: "Collect now" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("the daily time is kept, and a wrong one is said beside its field", async () => {
  const { page, complaints } = await openAsNewcomer("daily@example.org", "#/banking/login");
  await storeLogin(page, "demo");
  await page.getByLabel("At", { exact: true }).fill("06:45");
  await page.getByLabel("Time zone").fill("Mars/Olympus");
  await page.getByRole("button", { name: "Save the daily time" }).click();
  await page.getByText("is no IANA time zone", { exact: true }).waitFor();
  expect(complaints.splice(0)).toEqual([expect.stringContaining("422")]);
  await page.getByLabel("Time zone").fill("Europe/Budapest");
  await page.getByRole("button", { name: "Save the daily time" }).click();
  await page.getByText("The daily time is saved").waitFor();
  await page.reload();
  await page.getByLabel("Time zone").waitFor();
  expect(await page.getByLabel("At", { exact: true }).inputValue()).toBe("06:45");
  expect(await page.getByLabel("Time zone").inputValue()).toBe("Europe/Budapest");
  expect(complaints).toEqual([]);
});

test("the key of a phone is shown once, and hands a code over until it is ended", async () => {
  const { page, complaints, expectAccessible, picture } = await openAsNewcomer("phone@example.org", "#/banking");
  await storeLogin(page, "demo");
  await page.getByRole("button", { name: "Make a key" }).click();
  const shown = page.getByRole("group", { name: "Key of the phone" });
  const key = (await shown.locator("code").textContent()) ?? "";
  await expectAccessible();
  await picture("banking-phone");
  const send = () =>
    fetch(`${world.server.origin}/netbank/otp`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Forwarder-Key": key },
      body: JSON.stringify({ message: "Demo Bank: your code is 123456" }),
    });
  expect((await send()).status).toBe(202);
  await shown.getByRole("button", { name: "I have it" }).click();
  expect(await page.content()).not.toContain(key);
  await page.getByRole("button", { name: "End the key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End the key" }).click();
  await page.getByText("The key has ended").waitFor();
  expect((await send()).status).toBe(401);
  expect(complaints).toEqual([]);
});

test("a login that the bank refuses is said to be refused", async () => {
  const { page, complaints, picture } = await openAsNewcomer("refused@example.org", "#/banking");
  await storeLogin(page, "demo", "wrong");
  await page.getByRole("button", { name: "Collect now" }).click();
  await page.getByText("The bank refused it on").waitFor();
  await picture("banking-refused");
  expect(complaints).toEqual([]);
});

test("hostile cells, columns and names are text, and a line breaks where data are missing", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/banking/files", NARROW);
  const rows = Array.from({ length: 40 }, (_, day) => {
    const date = new Date(Date.UTC(2026, 0, 1 + (day < 20 ? day : day + 60))).toISOString().slice(0, 10);
    return `${date},${day * 1.5},"${HOSTILE.replaceAll('"', '""')}"`;
  });
  const long = `2026-12-31,7,${"x".repeat(10_000)}\u0007`;
  const csv = [`date,"<b>value</b>","${HOSTILE.replaceAll('"', '""')}"`, ...rows, long].join("\n");
  const file = { name: "hostile.csv", mimeType: "text/csv", buffer: Buffer.from(csv) };
  await page.getByLabel(/Drop files here/).setInputFiles(file);
  await page.getByRole("link", { name: "hostile.csv" }).click();
  await page.getByRole("region", { name: "First rows" }).getByText(HOSTILE).first().waitFor();
  await page.locator("dt", { hasText: "Gaps" }).locator("+ dd", { hasText: "2: 2026-01-20 – 2026-03-22" }).waitFor();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByLabel("Break the line where data are missing").uncheck();
  expect(page.url()).toContain("gaps=no");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  expect(await page.evaluate("'hit' in window")).toBe(false);
  await expectAccessible();
  await picture("banking-hostile-narrow");

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("hostile.csv");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("The file is deleted").waitFor();
  for (const part of ["login", "runs", "files", "reports", "my-data"]) {
    await page.goto(`${world.server.origin}/#/banking/${part}`);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  }
  expect(complaints).toEqual([]);
});

test("leaving needs one's own address, and ends at the sign-in with what happens next", async () => {
  const { page, complaints, expectAccessible, picture, signIn } = await openAsNewcomer(
    "leaver@example.org",
    "#/banking/my-data",
  );
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download everything" }).click();
  expect((await download).suggestedFilename()).toMatch(/^catchment-.*\.zip$/);
  await page.getByRole("button", { name: "Leave Catchment" }).click();
  const leave = page.getByRole("button", { name: "Leave, and delete my data" });
  expect(await leave.isDisabled()).toBe(true);
  await expectAccessible();
  await picture("banking-leave");
  await page.getByLabel(`Type ${signIn.email} to confirm`).fill(signIn.email);
  await leave.click();
  await page.getByText(/permanently deleted in \d+ days/).waitFor();
  expect(complaints).toEqual([]);
});
