import type { CDPEvents, CDPSession } from "@cloudflare/puppeteer";
import { RecipeFailure } from "./bank.ts";
import { readBody, readMade } from "./browser-files.ts";
import { readFilename } from "./download-name.ts";
import { isPage } from "./http-client.ts";
import type { Download } from "./page.ts";

type Paused = CDPEvents["Fetch.requestPaused"];

const LONG_SECRET = 8;
/** What a script of the page made comes by this function, which `openDownloads` calls. */
const HAND_OVER = "handOver";

/** What goes between the page and the network. */
export interface Traffic {
  /** Why the run cannot go on, once that is seen. */
  failure: RecipeFailure | null;
  /** Whether the page's own document is on its way. */
  isLoading: boolean;
  /** Called with the next file that the page downloads. */
  onDownload: ((file: Download) => void) | null;
  /** From now on this leaves for the bank's own origin only, and never in an address. */
  guard(secret: string): void;
}

/**
 * Watches everything that a page asks for: it never leaves the origin, secrets never leave for another or show in an
 * address, and what would be downloaded is kept in memory instead.
 */
export async function watchTraffic(session: CDPSession, origin: string): Promise<Traffic> {
  const secrets: string[] = [];
  const traffic: Traffic = {
    failure: null,
    isLoading: false,
    onDownload: null,
    guard: (secret) => void secrets.push(secret),
  };
  const { frameTree } = await session.send("Page.getFrameTree");
  const isDocument = ({ resourceType, frameId }: Paused) =>
    resourceType === "Document" && frameId === frameTree.frame.id;

  const onRequest = async (event: Paused): Promise<void> => {
    const problem = problemOf(event, { origin, secrets, isDocument: isDocument(event) });
    if (!problem) {
      if (isDocument(event)) traffic.isLoading = true;
      await session.send("Fetch.continueRequest", { requestId: event.requestId });
      return;
    }
    traffic.failure ??= problem === "strange" ? null : new RecipeFailure("page-changed", `page changed: ${problem}`);
    await session.send("Fetch.failRequest", { requestId: event.requestId, errorReason: "BlockedByClient" });
  };

  const onResponse = async (event: Paused): Promise<void> => {
    const { requestId, responseStatusCode: status = 200 } = event;
    const headers = new Headers((event.responseHeaders ?? []).map(({ name, value }) => [name, value]));
    if (isDocument(event) && (status >= 500 || status === 429)) {
      traffic.failure ??= new RecipeFailure("unreachable", `the bank answered with status ${status}`);
    }
    if (isDocument(event) && event.responseErrorReason !== undefined && event.responseErrorReason !== "Aborted") {
      traffic.failure ??= new RecipeFailure("unreachable", "the bank could not be reached");
    }
    const isRedirect = status >= 300 && status <= 399;
    if (!isDocument(event) || isRedirect || isPage(headers)) {
      await session.send("Fetch.continueRequest", { requestId });
      return;
    }
    const content = await readBody(session, requestId);
    await session.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
    traffic.isLoading = false;
    const content_type = headers.get("content-type") ?? "application/octet-stream";
    if (content)
      traffic.onDownload?.({ filename: readFilename(headers.get("content-disposition")), content_type, content });
    else traffic.failure ??= tooLarge();
  };

  session.on("Fetch.requestPaused", (event) => {
    const isAnswer = event.responseStatusCode !== undefined || event.responseErrorReason !== undefined;
    // The page may be gone when its request is decided on.
    (isAnswer ? onResponse(event) : onRequest(event)).catch(() => undefined);
  });
  session.on("Page.domContentEventFired", () => (traffic.isLoading = false));
  session.on("Page.frameStoppedLoading", ({ frameId }) => {
    if (frameId === frameTree.frame.id) traffic.isLoading = false;
  });
  session.on("Runtime.bindingCalled", ({ name, payload }) => {
    const file = name === HAND_OVER ? readMade(payload) : null;
    if (file === "too large") traffic.failure ??= tooLarge();
    else if (file) traffic.onDownload?.(file);
  });
  await session.send("Page.enable");
  await session.send("Runtime.enable");
  await session.send("Runtime.addBinding", { name: HAND_OVER });
  await session.send("Fetch.enable", {
    patterns: [
      { urlPattern: "*", requestStage: "Request" },
      { urlPattern: "*", requestStage: "Response" },
    ],
  });
  return traffic;
}

const tooLarge = () => new RecipeFailure("page-changed", "page changed: a file is too large");

interface Rules {
  origin: string;
  secrets: string[];
  isDocument: boolean;
}

/** Why a request is not let through: a sentence that ends the run, or "strange" for what only the page will miss. */
function problemOf({ request }: Paused, { origin, secrets, isDocument }: Rules): string | null {
  const target = URL.parse(`${request.url}${request.urlFragment ?? ""}`);
  if (!target || !/^https?:$/.test(target.protocol)) return null;
  if (secrets.some((secret) => isPartOf(target, secret))) return "the login would be sent in an address";
  if (target.origin === origin) return null;
  if (isDocument) return "it leads to another address";
  return secrets.length > 0 && request.method !== "GET" ? "strange" : null;
}

/** Whether an address names a secret: a short one may also be a part of an innocent word. */
function isPartOf({ pathname, search, searchParams, hash }: URL, secret: string): boolean {
  const parts = [...searchParams.values(), ...pathname.split("/").map(decode), decode(hash.slice(1))];
  const whole = decode(`${pathname}${search}${hash}`);
  return parts.includes(secret) || (secret.length >= LONG_SECRET && whole.includes(secret));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
