import type { Element } from "domhandler";
import type { ConnectorIo } from "../connector.ts";
import { RecipeFailure } from "./bank.ts";
import { readFilename } from "./download-name.ts";
import { findElement, type HtmlPage, parsePage, readCells, showsSign } from "./html-document.ts";
import { type PageRequest, requestOf } from "./html-form.ts";
import { createHttpClient, type HttpAnswer, isPage } from "./http-client.ts";
import type { BankPage, Download, Entry } from "./page.ts";
import type { Target } from "./recipe.ts";

/** A page by plain HTTP: links are followed and forms are sent, scripts do not run. */
export function openHttpPage(io: Pick<ConnectorIo, "fetch" | "now">, origin: string): BankPage {
  const send = createHttpClient(io, origin);
  let address = new URL(origin);
  let page: HtmlPage = parsePage("");
  let filled = new Map<Element, Entry>();
  let pending = 0;

  const request = async (what: PageRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    pending += 1;
    try {
      return await send(what, signal);
    } finally {
      pending -= 1;
    }
  };
  const load = (answer: HttpAnswer) => {
    if (!isPage(answer.headers)) throw new RecipeFailure("page-changed", "page changed: a file came instead of a page");
    address = answer.address;
    page = parsePage(decode(answer));
    filled = new Map();
  };
  const take = (target: Target): PageRequest | null => {
    const element = findElement(page, target);
    const what = element && requestOf(element, address, filled);
    // Nothing that was filled in leaves a second time.
    if (what) filled = new Map();
    return what;
  };

  return {
    isLive: false,
    isLoading: () => pending > 0,
    open: async (target, signal) => load(await request({ method: "GET", url: new URL(target), form: null }, signal)),
    shows: async (sign) => showsSign(page, sign),
    async fill(target, entry) {
      const element = findElement(page, target);
      if (element) filled.set(element, entry);
      return element !== null;
    },
    async click(target, signal) {
      const what = take(target);
      if (what) load(await request(what, signal));
      return what !== null;
    },
    async download(target, signal) {
      const what = take(target);
      return what && { file: request(what, signal).then(toDownload) };
    },
    readTable: async (css) => readCells(page, css),
    screenshot: async () => null,
    close: async () => undefined,
  };
}

function toDownload({ headers, content }: HttpAnswer): Download {
  if (isPage(headers)) throw new RecipeFailure("page-changed", "page changed: a page came instead of a file");
  const content_type = headers.get("content-type") ?? "application/octet-stream";
  return { filename: readFilename(headers.get("content-disposition")), content_type, content };
}

/** The text of a page in the encoding that it says it has. */
function decode({ headers, content }: HttpAnswer): string {
  const start = new TextDecoder("windows-1252").decode(content.subarray(0, 1024));
  const told = headers.get("content-type") ?? "";
  const [, charset = "utf-8"] =
    /charset\s*=\s*["']?([\w-]+)/i.exec(told) ?? /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(start) ?? [];
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return new TextDecoder().decode(content);
  }
}
