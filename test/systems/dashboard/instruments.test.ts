import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebdavServer, type WebdavServer } from "../../support/webdav-server/server.ts";
import { changeDavWorld } from "../../support/webdav-server/world.ts";
import { contentOf, type DashboardWorld, startDashboard } from "./browser.ts";

const HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
const LONG = `long ${"x".repeat(200)}.csv`;
const PASSWORD = "correct horse battery staple";
const NARROW = { viewport: { width: 360, height: 800 } };
const MEBIBYTE = 1_048_576;
/** Ms. */
const HARVEST = 90_000;
const SECRETS = ["b", "c"].map((letter) => `whsec_${letter.repeat(32)}`) as [string, string];
const modified_at = Date.UTC(2026, 0, 5, 9);

let scope: WebdavServer;
let world: DashboardWorld;

beforeAll(async () => {
  scope = await startWebdavServer();
  const files = {
    "2026-01-05/anna_overview.tif": { size: 3 * MEBIBYTE, seed: 1, modified_at },
    "2026-01-05/anna_cells.csv": { text: "cell,area\n1,102.5\n", modified_at },
    "2026-01-05/scan.tmp": { text: "half", modified_at },
    [`2026-01-06/${HOSTILE.replaceAll("/", "∕")}.txt`]: { text: "hostile", modified_at },
    [`2026-01-06/${LONG}`]: { text: "long", modified_at },
  };
  changeDavWorld(scope.world, { username: "demo", password: "demo", files });
  world = await startDashboard({ env: { ALLOW_PRIVATE_HOSTS: "127.0.0.0/8,localhost" } });
  for (const name of ["anna", "bert"]) {
    const response = await fetch(`${world.server.origin}/user/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }),
    });
    if (!response.ok) throw new Error(`${name} could not register: ${await response.text()}`);
  }
});

afterAll(async () => {
  await world?.close();
  await scope?.close();
});

const openAs = (name: string, address: string) =>
  world.open(address, { signIn: { email: `${name}@example.org`, password: PASSWORD } });

const tab = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Parts of instruments" }).getByRole("link", { name, exact: true }).click();

const width = (page: Page) => page.evaluate("document.documentElement.scrollWidth");

/** Opens the page of the file whose path has this in it. */
async function openFile(page: Page, part: string) {
  await page.getByRole("searchbox").fill(part);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("region", { name: "Files" }).getByRole("link", { name: part }).click();
  await page.getByRole("heading", { name: "Metadata" }).waitFor();
}

test("an admin adds storage, an instrument and a schedule, harvests, and watches the files come", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments");
  await page.getByText("There are no instruments yet.").waitFor();
  await expectAccessible();
  await tab(page, "Storage");
  await page.getByRole("link", { name: "Add a storage location" }).click();
  await page.getByLabel("Name").fill("Archive");
  await page.getByRole("button", { name: "Add the storage location" }).click();
  await page.getByRole("button", { name: "Try to reach it" }).click();
  await page.getByText("It can be reached.").waitFor();
  await expectAccessible();

  await tab(page, "Instruments");
  await page.getByRole("link", { name: "Add an instrument" }).click();
  await page.getByLabel("Name").first().fill("Microscope");
  await page.getByLabel("URL").fill("not an address");
  await page.getByLabel("User", { exact: false }).fill("demo");
  await page.getByLabel(/^Password/).fill("demo");
  await page.getByText("About the instrument").click();
  await page.getByLabel(/^Description/).fill(HOSTILE);
  await page.getByRole("button", { name: "Add the instrument" }).click();
  await page.getByText("must be a http or https address").first().waitFor();
  await picture("instruments-form-refused");
  expect(complaints.splice(0)).toEqual([expect.stringContaining("422")]);
  await page.getByLabel("URL").fill(scope.url);
  await page.getByRole("button", { name: "Add the instrument" }).click();
  await page.getByRole("button", { name: "Harvest now" }).waitFor();
  expect(await page.getByText(HOSTILE).count()).toBe(1);
  expect(await contentOf(page)).not.toContain("demo:demo");

  await page.getByLabel("Store files in").selectOption({ label: "Archive" });
  await page.getByRole("button", { name: "Add the schedule" }).click();
  await page.getByRole("region", { name: "Schedules" }).getByText("Archive").waitFor();
  const harvest = page.locator("section", { has: page.getByRole("heading", { name: "Harvest", exact: true }) }).last();
  await page.getByRole("button", { name: "Harvest now" }).click();
  await harvest.locator(".status", { hasText: "completed" }).waitFor({ timeout: HARVEST });
  await page.reload();
  await harvest.locator(".status", { hasText: "completed" }).waitFor({ timeout: HARVEST });
  await expectAccessible();
  await picture("instruments-harvested");

  await page.getByRole("link", { name: "Its transfers" }).click();
  const transfers = page.getByRole("region", { name: "Transfers" });
  await transfers.getByText("verified").nth(4).waitFor();
  expect(await transfers.getByRole("row").count()).toBe(6);
  await expectAccessible();
  await picture("instruments-transfers");
  await page.getByLabel("State").selectOption({ label: "Failed" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("No such transfer.").waitFor();
  expect(page.url()).toContain("status=failed");
  expect(await page.evaluate("'hit' in window")).toBe(false);
  expect(complaints).toEqual([]);
});

test("a file is found, opened and downloaded, and seen by whom it was granted and by nobody else", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments/files");
  await openFile(page, "ANNA_CELLS");
  await picture("instruments-file");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("anna_cells.csv");
  expect(await page.getByRole("link", { name: /^ark:/ }).getAttribute("href")).toMatch(/^\/ark:\/99999\//);

  const access = page.locator("section", { has: page.getByRole("heading", { name: "Who sees it" }) }).last();
  await access.getByRole("combobox", { name: /^Person/ }).selectOption({ label: "anna@example.org" });
  await access.getByRole("button", { name: "Grant the file" }).click();
  await access.getByRole("cell", { name: "anna@example.org" }).waitFor();
  const why = page.locator("section", { has: page.getByRole("heading", { name: "Why does somebody see it?" }) }).last();
  await why.getByLabel("Person").selectOption({ label: "anna@example.org" });
  await why.getByRole("button", { name: "Explain" }).click();
  await why.getByText("They see it: the file was granted to them.").waitFor();
  await why.getByLabel("Person").selectOption({ label: "bert@example.org" });
  await why.getByRole("button", { name: "Explain" }).click();
  await why.getByText("They do not see it").waitFor();
  await expectAccessible();
  const address = new URL(page.url()).hash;

  const anna = await openAs("anna", "#/instruments");
  const hers = anna.page.getByRole("region", { name: "Files" });
  await hers.getByRole("link", { name: "anna_cells.csv" }).waitFor();
  expect(await hers.getByRole("row").count()).toBe(2);
  expect(await anna.page.getByRole("link", { name: "Hooks" }).count()).toBe(0);
  await hers.getByRole("link", { name: "anna_cells.csv" }).click();
  await anna.page.getByRole("link", { name: "Download" }).waitFor();
  await anna.expectAccessible();
  await anna.picture("instruments-file-granted");
  expect(anna.complaints).toEqual([]);

  const bert = await openAs("bert", "#/instruments");
  await bert.page.getByText("There are no files yet, or none was granted to you.").waitFor();
  expect(bert.complaints).toEqual([]);
  await bert.page.goto(`${world.server.origin}/${address}`);
  await bert.page.getByText("File not found").first().waitFor();
  expect(await bert.page.getByText("anna_cells").count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("a hook is drawn from its schema, and tried before it counts", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments/hooks");
  await page.getByRole("link", { name: "Add a hook" }).click();
  await page.getByLabel("Name").first().fill("Skip scans");
  await page.getByLabel(/^Exclude patterns/).fill("*.tmp");
  await picture("instruments-hook-form");
  await page.getByRole("button", { name: "Add the hook" }).click();
  await page.getByLabel("Files of").selectOption({ label: "Microscope" });
  await page.getByRole("button", { name: "Try the hook" }).click();
  await page.getByText("5 of 5 files: 4 transferred, 1 skipped").waitFor();
  const row = page.getByRole("region", { name: "What would happen" }).getByRole("row", { name: /scan\.tmp/ });
  expect(await row.textContent()).toContain("skipped");
  await expectAccessible();
  await picture("instruments-hook");
  await page.reload();
  expect(await page.getByLabel(/^Exclude patterns/).inputValue()).toBe("*.tmp");
  expect(complaints).toEqual([]);
});

test("a hook keeps its instrument while there is nothing to choose from, and no secret in its fields", async () => {
  const { page, complaints } = await world.open("#/instruments/hooks/new");
  await page.getByLabel("Name").first().fill("Ask the archive");
  await page.getByLabel("What it does").selectOption({ label: "Ask another program (webhook)" });
  await page.getByRole("textbox", { name: /^Address/ }).fill("https://archive.example.org/hook");
  await page.getByLabel(/^Secret/).fill(SECRETS[0]);
  await page.getByRole("combobox", { name: "Instrument" }).selectOption({ label: "Microscope" });
  await page.getByRole("button", { name: "Add the hook" }).click();
  await page.getByRole("heading", { name: "Ask the archive" }).waitFor();
  expect(await contentOf(page)).not.toContain(SECRETS[0]);
  await page.getByLabel(/^Secret/).fill(SECRETS[1]);
  await page.getByLabel("Name").first().fill("Ask it");
  await page.getByRole("button", { name: "Save the hook" }).click();
  await page.getByRole("heading", { name: "Ask it" }).waitFor();
  expect(await contentOf(page)).not.toContain(SECRETS[1]);

  await page.route("**/api/instruments?*", (route) => route.abort());
  await page.reload();
  await page.getByText("What there is to choose could not be read").waitFor();
  await page.getByLabel("Name").first().fill("Ask again");
  await page.getByRole("button", { name: "Save the hook" }).click();
  await page.getByRole("heading", { name: "Ask again" }).waitFor();
  await page.unrouteAll();
  await page.reload();
  const chosen = page.getByRole("combobox", { name: "Instrument" }).locator("option:checked");
  await expect.poll(() => chosen.textContent(), { timeout: 10_000 }).toBe("Microscope");
  expect(complaints.filter((line) => !line.includes("ERR_FAILED"))).toEqual([]);
});

test("an instrument that delivers gets a token, which is shown once beside the command to use", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments/instruments/new");
  await page.getByLabel("Name").first().fill("Sequencer");
  await page.getByLabel("Reached by").selectOption({ label: "Push" });
  await page.getByRole("button", { name: "Add the instrument" }).click();
  await page.getByLabel("Name of the computer").fill(`PC ${HOSTILE}`);
  await page.getByRole("button", { name: "Make a token" }).click();
  const shown = page.getByRole("group", { name: "Token" });
  const token = (await shown.locator("code").textContent()) ?? "";
  expect(token).toMatch(/^cit_/);
  expect(await page.locator("pre").textContent()).toContain(`--webdav-url ${world.server.origin}/dav/`);
  await expectAccessible();
  await picture("instruments-push");
  await shown.getByRole("button", { name: "I have it" }).click();
  await page.reload();
  await page.getByRole("region", { name: "Tokens" }).getByText(`PC ${HOSTILE}`).waitFor();
  expect(await contentOf(page)).not.toContain(token);
  await page.getByRole("region", { name: "Tokens" }).getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("region", { name: "Tokens" }).getByText("revoked").waitFor();
  expect(complaints).toEqual([]);
});

test("groups, projects and accounts are kept, deleted and restored, and every change has its line", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments/groups/new");
  await page.getByLabel("Name").fill("Imaging");
  await page.getByRole("button", { name: "Add the group" }).click();
  await page.getByLabel("Person").selectOption({ label: "bert@example.org" });
  await page.getByRole("button", { name: "Add to the group" }).click();
  await page.getByRole("region", { name: "Members" }).getByText("bert@example.org").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("There are none yet.").waitFor();
  await page.getByLabel("Show deleted").check();
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("link", { name: "Imaging" }).waitFor();

  await tab(page, "Projects");
  await page.getByRole("link", { name: "Add a project" }).click();
  await page.getByLabel("Name").fill(HOSTILE);
  await page.getByRole("button", { name: "Add the project" }).click();
  await page.getByLabel("Kind").selectOption({ label: "Group" });
  await page.getByRole("combobox", { name: /^Group/ }).selectOption({ label: "Imaging" });
  await page.getByRole("button", { name: "Add to the project" }).click();
  await page.getByRole("region", { name: "Members" }).getByText("Imaging").waitFor();

  await tab(page, "Service accounts");
  await page.getByRole("link", { name: "Add a service account" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Harvester");
  await page.getByLabel("User name").fill("svc");
  await page.getByLabel(/^Password/).fill("never shown");
  await page.getByRole("button", { name: "Add the service account" }).click();
  await page.getByRole("button", { name: "Save the service account" }).waitFor();
  expect(await contentOf(page)).not.toContain("never shown");

  await tab(page, "Changes");
  const changes = page.getByRole("region", { name: "Changes" });
  await changes.getByText("Service account Harvester").waitFor();
  await changes.getByText(HOSTILE).first().waitFor();
  await expectAccessible();
  await picture("instruments-audit");
  await page.getByLabel("Did").selectOption({ label: "restored" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect.poll(() => changes.getByRole("row").count()).toBe(2);
  await changes.getByText(/^Group /).waitFor();
  expect(complaints).toEqual([]);
});

test("a schedule is deleted, and one that cannot be says why where it was asked", async () => {
  const { page, complaints } = await world.open("#/instruments");
  await tab(page, "Instruments");
  await page.getByRole("link", { name: "Microscope" }).click();
  await page.getByText("Add a schedule").click();
  await page.getByLabel("Store files in").selectOption({ label: "Archive" });
  await page.getByRole("button", { name: "Add the schedule" }).click();
  const rows = page.getByRole("region", { name: "Schedules" }).getByRole("row");
  await rows.nth(2).waitFor();
  await page.route("**/api/schedules/*", (route) => route.abort(), { times: 1 });
  await rows.nth(2).getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await dialog.getByText("The server does not answer.").waitFor();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await rows.nth(2).waitFor({ state: "detached" });
  expect(await rows.count()).toBe(2);
  expect(complaints.filter((line) => !line.includes("ERR_FAILED"))).toEqual([]);
});

test("nothing makes a narrow page wider, and hostile names are text", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/instruments/files", NARROW);
  await page.getByRole("region", { name: "Files" }).getByText("<img src=x").first().waitFor();
  expect(await width(page)).toBeLessThanOrEqual(360);
  await expectAccessible();
  await picture("instruments-files-narrow");
  await openFile(page, "long xxx");
  expect(await width(page)).toBeLessThanOrEqual(360);
  await picture("instruments-file-narrow");
  for (const part of ["instruments", "transfers", "storage", "hooks", "groups", "projects", "accounts", "audit"]) {
    await page.goto(`${world.server.origin}/#/instruments/${part}`);
    await page.getByRole("heading", { level: 2 }).waitFor();
    await page.getByRole("table").first().waitFor();
    expect(await width(page)).toBeLessThanOrEqual(360);
  }
  await page.goto(`${world.server.origin}/#/instruments/instruments`);
  await page.getByRole("link", { name: "Microscope" }).click();
  await page.getByRole("button", { name: "Harvest now" }).waitFor();
  expect(await width(page)).toBeLessThanOrEqual(360);
  await expectAccessible();
  await picture("instruments-narrow");
  expect(await page.evaluate("'hit' in window")).toBe(false);
  expect(complaints).toEqual([]);
});
