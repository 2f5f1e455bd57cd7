import { afterAll, beforeAll, expect, it } from "vitest";
import { startAzureServer } from "../../support/azure-server/server.ts";
import { createWorld, type WorldOptions } from "../../support/azure-server/world.ts";
import { type DashboardPage, type DashboardWorld, startDashboard } from "./browser.ts";
import type { LocalServer } from "../../support/listen-locally.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>\u0007${"x".repeat(10_000)}`;
const { subscription, tenant_id, client_id, client_secret } = createWorld({});

let azure: LocalServer;
let world: DashboardWorld;

beforeAll(async () => {
  azure = await startAzureServer();
  await changeAzure(withVaults(vaultOf("alpha"), vaultOf("beta")));
  const url = `${azure.url}/worlds/dashboard`;
  world = await startDashboard({ args: ["--demo"], env: { AZURE_ENDPOINT_URL: url, AZURE_AUTHORITY_URL: url } });
});

afterAll(async () => {
  await world?.close();
  await azure?.close();
});

it("a scan of the recorded clouds is started, followed to its end, and looked into", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/inventory");
  await page.getByRole("combobox", { name: "Cloud" }).selectOption("AWS");
  await expectAccessible();
  await picture("inventory-scan-form");
  await page.getByLabel("ec2", { exact: true }).check();
  await page.getByLabel("s3", { exact: true }).check();
  await page.getByLabel("Regions").fill("nowhere");
  await page.getByRole("button", { name: "Start the scan" }).click();
  await page.getByText("Invalid region name: 'nowhere'", { exact: true }).waitFor();
  expect(complaints.splice(0)).toHaveLength(1);
  await page.getByLabel("Regions").fill("");
  await page.getByRole("button", { name: "Start the scan" }).click();

  await page.getByRole("progressbar", { name: "Progress of the scan" }).waitFor();
  await picture("inventory-scan-live");
  await page.getByRole("heading", { name: "By service and region" }).waitFor({ timeout: 60_000 });
  const counts = page.getByRole("region", { name: "Resources by service and region" });
  const counted = await counts.getByRole("row").filter({ hasText: "ec2" }).first().getByRole("link").innerText();
  await expectAccessible();
  await picture("inventory-scan");
  await counts.getByRole("row").filter({ hasText: "ec2" }).first().getByRole("link").click();
  await page
    .getByText(`${counted} in all`)
    .or(page.getByRole("region", { name: "Resources", exact: true }))
    .first()
    .waitFor();

  await page.getByRole("region", { name: "Resources", exact: true }).getByRole("button").first().click();
  const details = page.getByRole("dialog", { name: "Resource" });
  await details.getByText("from a recording, not asked for now").waitFor();
  await details.getByText("As the cloud answered").waitFor();
  await expectAccessible();
  await picture("inventory-resource");
  await details.getByRole("button", { name: "Close" }).click();
  expect(complaints).toEqual([]);
});

it("an account is stored and checked without its secret coming back", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/inventory/accounts");
  await page.getByText("No credentials are stored.").waitFor();
  await page.getByRole("combobox", { name: "Cloud" }).selectOption("Azure");
  await page.getByLabel("Subscription").fill("not a subscription");
  await page.getByLabel("Directory (tenant)").fill(tenant_id);
  await page.getByLabel("Application (client) id").fill(client_id);
  await page.getByLabel("Client secret").fill(client_secret);
  await page.getByRole("button", { name: "Store the account" }).click();
  await page.getByText("is not an account of azure", { exact: true }).waitFor();
  expect(complaints.splice(0)).toHaveLength(1);
  await page.getByLabel("Subscription").fill(subscription);
  await page.getByRole("button", { name: "Store the account" }).click();
  const row = page.getByRole("row").filter({ hasText: subscription });
  await row.getByText("client secret: ****").waitFor();
  await row.getByRole("button", { name: "Check" }).click();
  await row.getByText(/can be read|cannot be read/).waitFor();
  await expectAccessible();
  await picture("inventory-accounts");
  expect(await page.content()).not.toContain(client_secret);
  expect(complaints).toEqual([]);
});

it("two scans are compared: what came, what went, and each field that changed", async () => {
  const opened = await world.open("#/inventory");
  const { page, complaints, expectAccessible, picture } = opened;
  await scanVaults(opened);
  await changeAzure(withVaults(vaultOf("beta", { team: "data", note: HOSTILE.slice(0, 200) }), vaultOf("gamma")));
  await scanVaults(opened);

  await page.getByRole("link", { name: "Compare with another" }).click();
  // After the empty choice, and the scan that is compared.
  await page.getByRole("combobox", { name: "Before" }).selectOption({ index: 2 });
  await page.getByText("1 removed, 1 added, 1 changed.").waitFor();
  await page.getByRole("region", { name: "Only before: removed" }).getByText("vaults/alpha").first().waitFor();
  await page.getByRole("region", { name: "Only after: added" }).getByText("vaults/gamma").first().waitFor();
  const change = page.getByRole("row").filter({ hasText: "metadata.labels.team" });
  expect(await change.getByRole("cell").allInnerTexts()).toEqual(["metadata.labels.team", "nothing", "data"]);
  await page
    .getByRole("row")
    .filter({ hasText: "metadata.labels.note" })
    .getByText("<script>alert(1)</script>")
    .waitFor();
  await expectAccessible();
  await picture("inventory-compare");
  await page.reload();
  await page.getByText("1 removed, 1 added, 1 changed.").waitFor();
  expect(complaints).toEqual([]);
});

it("resources are narrowed in the address, and hostile ones shown as text", async () => {
  await changeAzure(withVaults(vaultOf("beta", { note: HOSTILE })));
  const opened = await world.open("#/inventory");
  await scanVaults(opened);
  const { page, complaints, expectAccessible, picture } = opened;
  await page.goto(`${world.server.origin}/#/inventory/resources`);
  await page.getByRole("combobox", { name: "Cloud" }).selectOption("Azure");
  await page.getByLabel("Service").fill("keyvault");
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/provider=azure&service=keyvault/);
  const row = page.getByRole("row").filter({ hasText: "beta" });
  await row.getByText("<script>alert(1)</script>").waitFor();
  await row.getByRole("button").click();
  const details = page.getByRole("dialog", { name: "Resource" });
  await details.getByText("https://beta.vault.azure.net").first().waitFor();
  await expectAccessible();
  await picture("inventory-hostile");
  await page.keyboard.press("Escape");
  await page.getByLabel("Service").fill("nothing");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("No resource is like this.").waitFor();
  await page.goBack();
  await row.waitFor();
  expect(await page.getByLabel("Service").inputValue()).toBe("keyvault");
  expect(complaints).toEqual([]);
});

it("a schedule of scans is made, paused, resumed and deleted", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/inventory/schedules");
  await page.getByLabel("Name").fill(`<img src=x onerror="alert(1)">`);
  await page.getByRole("combobox", { name: "Cloud" }).selectOption("Google Cloud");
  await page.getByRole("button", { name: "Add the schedule" }).click();
  const row = page.getByRole("row").filter({ hasText: `<img src=x onerror="alert(1)">` });
  await row.getByText("active").waitFor();
  await row.getByRole("button", { name: "Pause" }).click();
  await row.getByText("paused").waitFor();
  await row.getByRole("button", { name: "Resume" }).click();
  await row.getByText("active").waitFor();
  await expectAccessible();
  await picture("inventory-schedules");
  await row.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nothing is scanned by itself yet.").waitFor();
  expect(complaints).toEqual([]);
});

it("every tab fits a narrow screen and can be read by everybody", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("", {
    viewport: { width: 360, height: 740 },
  });
  for (const [tab, text] of Object.entries({
    scan: "Services of AWS",
    scans: "Took",
    resources: "Labels",
    compare: "Before",
    schedules: "Add a schedule",
    accounts: subscription,
  })) {
    await page.goto(`${world.server.origin}/#/inventory/${tab}`);
    await page.getByText(text).first().waitFor();
    await expectAccessible();
    expect(await page.evaluate("document.documentElement.scrollWidth"), tab).toBeLessThanOrEqual(360);
    await picture(`inventory-narrow-${tab}`);
  }
  expect(complaints).toEqual([]);
});

/** Scans the key vaults of Azure with the form, to the end. */
async function scanVaults({ page }: DashboardPage): Promise<void> {
  await page.goto(`${world.server.origin}/#/inventory/scan`);
  await page.getByRole("combobox", { name: "Cloud" }).selectOption("Azure");
  await page.getByLabel("keyvault", { exact: true }).check();
  await page.getByRole("button", { name: "Start the scan" }).click();
  await page.getByRole("link", { name: "Compare with another" }).waitFor({ timeout: 60_000 });
}

async function changeAzure(options: WorldOptions): Promise<void> {
  await fetch(`${azure.url}/control/worlds/dashboard`, { method: "PUT", body: JSON.stringify(options) });
}

const vaultOf = (name: string, tags: Record<string, string> = {}) => ({
  id: `/subscriptions/${subscription}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/${name}`,
  name,
  type: "Microsoft.KeyVault/vaults",
  location: "westeurope",
  tags,
  properties: { vaultUri: `https://${name}.vault.azure.net` },
});

const withVaults = (...vaults: ReturnType<typeof vaultOf>[]): WorldOptions => ({
  page_size: 1000,
  answers: { "/providers/Microsoft.KeyVault/vaults": { value: vaults } },
});
