import type { ConnectorIo } from "../connector.ts";
import { RecipeFailure } from "./bank.ts";
import { createCookieJar } from "./cookie-jar.ts";
import type { PageRequest } from "./html-form.ts";

const PAGE_BYTES = 2 * 1024 ** 2;
/** What the readers of reports take at most, too. */
const FILE_BYTES = 10 * 1024 ** 2;
const MOST_REDIRECTS = 10;

/** A whole answer of the bank. */
export interface HttpAnswer {
  address: URL;
  headers: Headers;
  content: Uint8Array<ArrayBuffer>;
}

/** A client that asks one origin only, with its cookies. */
export function createHttpClient(io: Pick<ConnectorIo, "fetch" | "now">, origin: string) {
  const jar = createCookieJar(io.now);

  const ask = async ({ method, url, form }: PageRequest, signal: AbortSignal): Promise<Response> => {
    if (url.origin !== origin) throw new RecipeFailure("page-changed", "page changed: it leads to another address");
    const cookie = jar.headerFor(url);
    const headers = { Accept: "text/html,*/*", "User-Agent": "catchment", ...(cookie && { Cookie: cookie }) };
    const init = { method, headers, body: form, redirect: "manual" as const, signal };
    const response = await io.fetch(url.href, init).catch(() => {
      throw new RecipeFailure("unreachable", "the bank could not be reached");
    });
    jar.keep(url, response.headers);
    return response;
  };

  /**
   * Sends a request and follows redirects within the origin. Throws a `RecipeFailure` when one leads elsewhere or wants
   * a form again, when the bank fails or cannot be reached, and when it sends more than 2 MiB of a page or 10 of a file.
   */
  return async (request: PageRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    let asked = request;
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const response = await ask(asked, signal);
      const next = redirectOf(asked, response);
      if (!next) return { address: asked.url, headers: response.headers, content: await readContent(response) };
      await response.body?.cancel();
      asked = next;
    }
    throw new RecipeFailure("page-changed", "page changed: it redirects without end");
  };
}

/** Whether an answer is a page, and not a file to keep. */
export function isPage(headers: Headers): boolean {
  const type = headers.get("content-type") ?? "text/html";
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(type) && !isAttachment(headers);
}

const isAttachment = (headers: Headers): boolean => /^\s*attachment\b/i.test(headers.get("content-disposition") ?? "");

function redirectOf({ method, url }: PageRequest, { status, headers }: Response): PageRequest | null {
  if (status < 300 || status > 399) return null;
  const target = URL.parse(headers.get("location") ?? "", url);
  // 307 and 308 ask for the form once more: a password is sent once.
  if (!target || (method === "POST" && (status === 307 || status === 308))) {
    throw new RecipeFailure("page-changed", "page changed: it redirects a form");
  }
  return { method: "GET", url: target, form: null };
}

async function readContent(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const { status, headers, body } = response;
  if (status >= 500 || status === 429) {
    await body?.cancel();
    throw new RecipeFailure("unreachable", `the bank answered with status ${status}`);
  }
  const most = isPage(headers) ? PAGE_BYTES : FILE_BYTES;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      length += chunk.length;
      if (length > most) break;
      chunks.push(chunk);
    }
  } catch {
    throw new RecipeFailure("unreachable", "the bank broke off its answer");
  }
  if (length > most) throw new RecipeFailure("page-changed", `page changed: an answer is larger than ${most} bytes`);
  const content = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    content.set(chunk, offset);
    offset += chunk.length;
  }
  return content;
}
