import puppeteer, {
  type Browser,
  type BrowserWorker,
  type ElementHandle,
  type JSHandle,
  type Target as BrowserTarget,
} from "@cloudflare/puppeteer";
import { RecipeFailure } from "./bank.ts";
import { FILE_BYTES } from "./browser-files.ts";
import { watchTraffic } from "./browser-traffic.ts";
import { type BankPage, type Download, normalizeText } from "./page.ts";
import {
  enterField,
  findInPage,
  holdsSecret,
  openDownloads,
  type PageElement,
  readPageText,
  readTableInPage,
  stayInPage,
} from "./page-script.ts";
import type { Sign, Target } from "./recipe.ts";
import { pause, untilAborted } from "./until-aborted.ts";

const LAUNCH_MS = 60_000;
/** A click that leads to another page asks for it within this time. */
const REACTION_MS = 200;
const POLL_MS = 50;

interface Found {
  element: ElementHandle;
  /** The same, as the functions that run in the page see it. */
  handle: JSHandle<PageElement>;
}

/** A page of a browser of its own, which ends with it. Throws a `RecipeFailure` when no browser can be started. */
export async function openBrowserPage(binding: BrowserWorker, origin: string): Promise<BankPage> {
  const browser = await launch(binding);
  try {
    return await openPage(browser, origin);
  } catch {
    await close(browser);
    throw new RecipeFailure("unreachable", "the browser could not be started");
  }
}

async function launch(binding: BrowserWorker): Promise<Browser> {
  const launched = puppeteer.launch(binding).catch(() => null);
  const browser = await untilAborted(AbortSignal.timeout(LAUNCH_MS), launched, () => {
    void launched.then((late) => late && close(late));
    return null;
  });
  if (!browser) throw new RecipeFailure("unreachable", "the browser could not be started");
  return browser;
}

/** A second window would be out of sight; what opens one by ordinary ways stays in the page. */
async function closeStranger(target: BrowserTarget): Promise<void> {
  if (target.type() === "page") await (await target.page())?.close();
}

const close = (browser: Browser): Promise<void> => browser.close().catch(() => undefined);

async function openPage(browser: Browser, origin: string): Promise<BankPage> {
  const page = await browser.newPage();
  browser.on("targetcreated", (target) => void closeStranger(target).catch(() => undefined));
  await page.evaluateOnNewDocument(openDownloads, FILE_BYTES);
  await page.setViewport({ width: 1280, height: 900 });
  const session = await page.createCDPSession();
  const traffic = await watchTraffic(session, origin);
  // Nobody is there to answer a question such as "end the other session?".
  page.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
  const personal: string[] = [];

  /** What an action on the page gives; null when the page changed under it. */
  const attempt = async <Result>(action: () => Promise<Result>): Promise<Result | null> => {
    if (traffic.failure) throw traffic.failure;
    const result = await action().catch(() => null);
    if (traffic.failure) throw traffic.failure;
    if (!browser.connected) throw new RecipeFailure("unreachable", "the browser went away");
    return result;
  };
  const find = async (target: Target): Promise<Found | null> => {
    const handle = await page.evaluateHandle(findInPage, target);
    const element = handle.asElement();
    // The handle of an element is of no null.
    return element && { element, handle: handle as JSHandle<PageElement> };
  };
  const settle = async (signal: AbortSignal) => {
    const reaction = AbortSignal.any([signal, AbortSignal.timeout(REACTION_MS)]);
    while (!traffic.isLoading && !reaction.aborted) await pause(POLL_MS, reaction);
    while (traffic.isLoading && !signal.aborted) await pause(POLL_MS, signal);
    if (traffic.failure) throw traffic.failure;
  };
  const failEarly = async (signal: AbortSignal): Promise<never> => {
    while (!traffic.failure && !signal.aborted) await pause(POLL_MS, signal);
    throw traffic.failure ?? signal.reason;
  };
  /** Pressed once at most: a click that fails may have been heard, and what comes of it shows on the page. */
  const press = async (target: Target): Promise<boolean> => {
    const point = await attempt(async () => {
      const found = await find(target);
      if (!found) return null;
      await found.handle.evaluate(stayInPage);
      await found.element.scrollIntoView();
      return found.element.clickablePoint();
    });
    if (point) await attempt(() => page.mouse.click(point.x, point.y));
    return point !== null;
  };

  return {
    isLive: true,
    isLoading: () => traffic.isLoading,
    async open(address) {
      const isOpen = await attempt(async () => {
        await page.goto(address, { waitUntil: "domcontentloaded", timeout: 0 });
        return true;
      });
      if (!isOpen) throw new RecipeFailure("unreachable", "the bank could not be reached");
    },
    shows: async (sign) => (await attempt(() => shows(sign))) ?? false,
    async fill(target, { value, kind }) {
      if (kind === "secret") traffic.guard(value);
      if (kind !== "plain") personal.push(value);
      const done = await attempt(async () => {
        const found = await find(target);
        if (!found) return false;
        await found.handle.evaluate(enterField);
        await found.element.type(value);
        return true;
      });
      return done ?? false;
    },
    async click(target, signal) {
      const isPressed = await press(target);
      if (isPressed) await settle(signal);
      return isPressed;
    },
    async download(target, signal) {
      const { promise, resolve } = Promise.withResolvers<Download>();
      traffic.onDownload = resolve;
      return (await press(target)) ? { file: Promise.race([promise, failEarly(signal)]) } : null;
    },
    async readTable(css) {
      const rows = await attempt(async () => (await find({ css }))?.handle.evaluate(readTableInPage));
      return rows && rows.length > 1 ? rows : null;
    },
    async screenshot() {
      if (await page.evaluate(holdsSecret, personal)) return null;
      return new Uint8Array(await page.screenshot({ type: "png" }));
    },
    close: () => close(browser),
  };

  async function shows(sign: Sign): Promise<boolean> {
    if (!("says" in sign)) return (await find(sign)) !== null;
    const text = normalizeText(await page.evaluate(readPageText));
    return sign.says.some((words) => text.includes(normalizeText(words)));
  }
}
