import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../../support/catchment-process.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Pictures of the pages, for people to look at: `SCREENSHOTS=folder npm run test:systems -- dashboard`. */
const SCREENSHOTS = process.env["SCREENSHOTS"];
const PATIENCE = 30_000;

export interface DashboardWorld {
  server: CatchmentProcess;
  /** Address and password of the first admin. */
  admin: { email: string; password: string };
  /** A page of a browser of its own, signed in as the admin unless told otherwise. */
  open(address?: string, options?: OpenOptions): Promise<DashboardPage>;
  /** Ends the server and starts it again over the same data, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface OpenOptions extends BrowserContextOptions {
  signIn?: { email: string; password: string } | null;
}

export interface DashboardPage {
  page: Page;
  /** What the console and the network complained about so far; a test that provokes some empties it. */
  complaints: string[];
  /** Fails for findings that are serious or critical (axe), in the light and the dark. */
  expectAccessible(): Promise<void>;
  /** Keeps a picture where pictures are wanted. */
  picture(name: string): Promise<void>;
}

interface WorldOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** A fresh local server and a browser for it. */
export async function startDashboard({ args = [], env: chosen = {} }: WorldOptions = {}): Promise<DashboardWorld> {
  // A quick machine gets through more pages in a minute, each of which signs in, than a person may.
  const env = { LOGIN_RATE_LIMIT: "0", INVENTORY_RATE_LIMIT: "0", WEBHOOK_RATE_LIMIT: "0", ...chosen };
  const state = createStateFolder();
  const first = await startCatchment(state.folder, { args, env });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const secrets = state.readDevVars();
  const admin = { email: readVariable(secrets, "ADMIN_EMAIL"), password: readVariable(secrets, "ADMIN_PASSWORD") };
  const world: DashboardWorld = {
    server: first,
    admin,
    open: (address = "", options = {}) => openPage(browser, world, address, options),
    async restart() {
      const { port } = new URL(world.server.origin);
      await world.server.stop();
      world.server = await startCatchment(state.folder, { args, env, port: Number(port) });
    },
    async close() {
      await browser.close();
      await world.server.stop();
      state.remove();
    },
  };
  return world;
}

async function openPage(
  browser: Browser,
  { server, admin }: DashboardWorld,
  address: string,
  { signIn = admin, ...options }: OpenOptions,
): Promise<DashboardPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):/.test(url.protocol) && url.host !== new URL(server.origin).host)
      complaints.push(`asked ${url}`);
  });
  await page.goto(`${server.origin}/${address}`);
  if (signIn !== null) {
    await page.getByLabel("E-mail address").fill(signIn.email);
    await page.getByLabel("Password").fill(signIn.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    // Asking who is signed in was answered 401.
    complaints.length = 0;
  }
  return {
    page,
    complaints,
    async expectAccessible() {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        const found = serious.map(
          ({ id, nodes }) => `${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
        );
        expect(found).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: "light" });
    },
    async picture(name) {
      if (SCREENSHOTS === undefined) return;
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
  };
}

/** Everything that a page holds: its markup, and what stands in its fields, which the markup does not tell. */
export async function contentOf(page: Page): Promise<string> {
  // A text, since the types of a browser's globals are not those of Node.
  const values = `[...document.querySelectorAll("input, textarea")].map(({ value }) => value)`;
  return [await page.content(), ...(await page.evaluate<string[]>(values))].join("\n");
}

function readVariable(text: string, name: string): string {
  const value = new RegExp(`^${name} *= *"?([^"\n]*)"?$`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`.dev.vars has no ${name}`);
  return value;
}
