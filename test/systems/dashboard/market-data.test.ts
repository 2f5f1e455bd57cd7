import { afterAll, beforeAll, expect, it } from "vitest";
import { type DashboardWorld, startDashboard } from "./browser.ts";

const SERIES = "#/market-data/series/BINANCE/SPOT/BTCUSDT/raw/1m";
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>\u0007${"x".repeat(500)}`;

let world: DashboardWorld;

beforeAll(async () => {
  world = await startDashboard({ args: ["--demo"] });
});

afterAll(() => world?.close());

it("a download is started with a form, watched to its end, and looked at as a chart", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/market-data");
  await page.getByText("Nothing has been collected yet.").waitFor();
  await page.getByRole("link", { name: "Download candles" }).click();
  await page.getByLabel("Exchange").fill("Binance");
  await page.locator("form").getByLabel("Symbol").fill("BTC/USDT");
  await page.getByLabel("Period").selectOption("Between two days");
  await page.getByLabel("First day").fill("2024-01-01");
  await page.locator("form").getByLabel("Last day").fill("2024-01-20");
  await picture("market-data-download-form");
  await expectAccessible();
  await page.getByRole("button", { name: "Start the download" }).click();

  await page.getByRole("progressbar", { name: "Progress of download" }).waitFor();
  const chart = page.getByRole("link", { name: "See the chart of BTCUSDT" });
  await chart.waitFor({ timeout: 60_000 });
  expect(await page.getByRole("progressbar").count()).toBe(0);
  await picture("market-data-download-done");
  await chart.click();

  await page.getByRole("heading", { name: "BTC/USDT on BINANCE SPOT" }).waitFor();
  expect(await page.locator(".candle-chart canvas").count()).toBeGreaterThan(0);
  const candles = await readCandles("2024-01-20T23:59:00", "2024-01-20T23:59:00");
  const close = candles[0]?.close.toLocaleString("en", { maximumFractionDigits: 10 }) ?? "none";
  await page.getByText("2024-01-20 23:59").first().waitFor();
  await page.locator(".legend").getByText(close, { exact: true }).waitFor();
  await page.getByText("Complete").waitFor();
  await page.getByText("As a table").click();
  const numbers = page.getByRole("region", { name: "Numbers of BTC/USDT 1m" });
  expect(await numbers.getByRole("row").nth(1).innerText()).toContain(close);
  await expectAccessible();
  await picture("market-data-series");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture("market-data-series-dark");
  expect(complaints).toEqual([]);
});

it("a chart takes longer candles as one zooms out, and its place survives a reload", async () => {
  const { page, complaints } = await world.open(SERIES);
  const legend = page.locator(".legend");
  await legend.getByText("BTC/USDT 1m").waitFor();
  await page.getByRole("button", { name: "Make longer candles" }).click();
  await page.getByLabel("Candles of").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "All" }).click();
  await legend.getByText(/BTC\/USDT (1h|4h|1d)/).waitFor();
  await page.waitForURL(/from=2024-01-01T00%3A00%3A00/);
  const name = await legend.locator("dt").first().innerText();
  await page.reload();
  await legend.getByText(name, { exact: true }).waitFor();

  await page.getByLabel("Candles of").selectOption("1d");
  await legend.getByText("BTC/USDT 1d").waitFor();
  await page.getByText("As a table").click();
  await page.getByRole("cell", { name: "2024-01-01 00:00" }).waitFor();

  const chart = page.locator(".candle-chart");
  await page.getByLabel("Candles of").selectOption("");
  await chart.hover();
  for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, -600);
  await legend.getByText(/BTC\/USDT (1m|5m|15m)/).waitFor();
  expect(complaints).toEqual([]);
});

it("gaps are listed and asked for again, and a series is exported and deleted", async () => {
  await startDownload({ symbol: "ETHUSDT", start_date: "2024-02-01", end_date: "2024-02-01" });
  await startDownload({ symbol: "ETHUSDT", start_date: "2024-02-03", end_date: "2024-02-03" });
  const { page, complaints, expectAccessible, picture } = await world.open("#/market-data/series?symbol=ETHUSDT");
  const row = page.getByRole("row").filter({ hasText: "1m" }).filter({ hasText: "2024-02-03 23:59" });
  await row.getByRole("link").click();
  await page.getByText("1 gap").click();
  await page.getByRole("cell", { name: "2024-02-02 00:00" }).waitFor();
  await expectAccessible();
  await picture("market-data-gaps");
  await page.getByRole("button", { name: "Repair" }).click();
  await page.getByText("Complete").waitFor({ timeout: 60_000 });

  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await saved).suggestedFilename()).toBe("ETHUSDT_1m.csv");
  const terminal = page.waitForEvent("download");
  await page.getByRole("button", { name: "For trading terminals" }).click();
  expect((await terminal).suggestedFilename()).toBe("dl_ETHUSDT_BINANCE_SPOT.csv.txt");

  await page.getByRole("button", { name: "Delete history" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete history" }).click();
  await page.getByText(/Deleted \d+ entries/).waitFor();
  expect(complaints).toEqual([]);
});

it("many symbols are downloaded at once, and others kept up to date on a schedule", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/market-data/download?symbols=many");
  await page.getByRole("button", { name: /^USDT \(\d+\)/ }).click();
  const filled = await page.locator("form").getByLabel("Symbols").inputValue();
  expect(filled.split("\n")).toContain("BTC/USDT");
  await page.locator("form").getByLabel("Symbols").fill("SOL/USDT\nXRP/USDT");
  await page.getByLabel("Period").selectOption("The last week");
  await page.getByLabel("Length of a candle").selectOption("1 hour");
  await page.getByRole("button", { name: "Start the downloads" }).click();
  await page.getByRole("row").filter({ hasText: "SOL" }).getByText("completed").waitFor({ timeout: 60_000 });
  await page.getByRole("row").filter({ hasText: "XRP" }).getByText("completed").waitFor({ timeout: 60_000 });
  await picture("market-data-many");

  await page.getByRole("link", { name: "Schedules" }).click();
  await page.getByLabel("Name").fill(HOSTILE.slice(0, 100));
  await page.locator("form").getByLabel("Symbols").fill("BTC/USDT");
  await page.getByRole("combobox", { name: "When" }).selectOption("At other times");
  await page.getByLabel("Cron expression").fill("never");
  await page.getByRole("button", { name: "Add the schedule" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("combobox", { name: "When" }).selectOption("Every hour");
  await page.getByRole("button", { name: "Add the schedule" }).click();
  const row = page.getByRole("row").filter({ hasText: "<script>" });
  await row.getByRole("button", { name: "Pause" }).click();
  await row.getByText("paused").waitFor();
  await expectAccessible();
  await picture("market-data-schedules");
  await row.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nothing is kept up to date by itself yet.").waitFor();
  expect(complaints.filter((one) => !one.includes("status of 4"))).toEqual([]);
});

it("a CSV file is uploaded, looked into and deleted, and features join candles", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open("#/market-data/files");
  const start = Date.UTC(2024, 2, 1);
  const rows = Array.from({ length: 100 }, (_, index) => `${start + index * 60_000},1,3,0.5,2,${index}`);
  const csv = ["ts,open,high,low,close,volume", ...rows, "nonsense,1,1,1,1,1"].join("\n");
  await page
    .getByLabel(/^A CSV file/)
    .setInputFiles({ name: `<img src=x>.csv`, mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByText("<img src=x>.csv").waitFor();
  const upload = page.getByRole("region", { name: "Upload a CSV file" });
  await upload.getByLabel("Exchange").fill("binance");
  await upload.getByLabel("Symbol").fill("MINEUSDT");
  await upload.getByRole("button", { name: "Upload" }).click();
  await upload.getByText("One row was left out:").waitFor();
  await expectAccessible();
  await picture("market-data-files");
  await page.getByRole("link", { name: /MINEUSDT_1m_202403/ }).click();
  await page.getByText("100 rows").waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("cell", { name: "99", exact: true }).waitFor();
  await expectAccessible();

  await page.getByRole("link", { name: "Features" }).click();
  const features = `ts,"signal"\n${start},0.25\n${start + 120_000},0.75\n`;
  await page
    .getByLabel(/^A file with a column ts/)
    .setInputFiles({ name: "signal.csv", mimeType: "text/csv", buffer: Buffer.from(features) });
  const form = page.getByRole("region", { name: "Upload features" });
  await form.getByLabel("Symbol").fill("MINEUSDT");
  await form.getByLabel("Name of the set").fill("mine");
  await form.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("table").getByText("mine", { exact: true }).waitFor();
  const join = page.getByRole("region", { name: "Features at a point in time" });
  await join.getByLabel("First day").fill("2024-03-01");
  await join.getByLabel("Last day").fill("2024-03-01");
  await join.getByRole("button", { name: "Show the rows" }).click();
  await join.getByRole("row").filter({ hasText: "00:03" }).getByText("0.75").waitFor();
  await expectAccessible();
  await picture("market-data-features");
  await page.getByRole("region", { name: "Features", exact: true }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Features are columns of your own").waitFor();
  expect(complaints).toEqual([]);
});

it("every tab fits a narrow screen and can be read by everybody", async () => {
  const { page, complaints, expectAccessible, picture } = await world.open(SERIES, {
    viewport: { width: 360, height: 740 },
  });
  for (const [tab, text] of Object.entries({
    "series/BINANCE/SPOT/BTCUSDT/raw/1m": "Take it along",
    series: "BINANCE SPOT",
    download: "Downloads of the last day",
    schedules: "Add a schedule",
    exchanges: "exchanges",
    "exchanges/binance": "symbols trade on",
    features: "Upload features",
    files: "Upload a CSV file",
  })) {
    await page.goto(`${world.server.origin}/#/market-data/${tab}`);
    await page.getByText(text).first().waitFor();
    await expectAccessible();
    expect(await page.evaluate("document.documentElement.scrollWidth"), tab).toBeLessThanOrEqual(360);
    await picture(`market-data-narrow-${tab.replaceAll("/", "-")}`);
  }
  expect(complaints).toEqual([]);
});

/** What a script would see: the page must show the same. */
async function readCandles(start: string, end: string): Promise<{ close: number }[]> {
  const query = new URLSearchParams({ exchange: "BINANCE", symbol: "BTCUSDT", start, end });
  return (await ask(`/read?${query}`)) as { close: number }[];
}

/** Starts a download and returns once it has ended. */
async function startDownload(body: Record<string, string>): Promise<void> {
  const { job_id } = (await ask("/api/v1/ingest/download", { exchange: "binance", ...body })) as { job_id: string };
  await expect
    .poll(async () => ((await ask(`/jobs/${job_id}`)) as { status: string }).status, { timeout: 60_000, interval: 250 })
    .toBe("completed");
}

async function ask(path: string, body?: object): Promise<unknown> {
  const init = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return (await fetch(`${world.server.origin}${path}`, init)).json();
}
