import type { Target } from "./recipe.ts";

/**
 * Functions that run inside the page: each is sent there as text and knows nothing but its arguments. Elements have the
 * part of their types that is used, as the Worker's own types know no page.
 */
export interface PageElement {
  tagName: string;
  type?: string;
  value?: string;
  innerText?: string;
  textContent: string | null;
  labels?: Iterable<PageElement> | null;
  getAttribute(name: string): string | null;
  removeAttribute(name: string): void;
  checkVisibility(options: { visibilityProperty: boolean }): boolean;
  querySelectorAll(css: string): Iterable<PageElement>;
  closest(css: string): PageElement | null;
  focus(): void;
  select?(): void;
}

interface PageEvent {
  target: Partial<PageElement> | null;
  preventDefault(): void;
}

interface PageWindow {
  HTMLAnchorElement: { prototype: { click(this: PageElement): void } };
  addEventListener(type: "click", listener: (event: PageEvent) => void, capture: true): void;
  fetch: typeof fetch;
  open(address?: string | URL): unknown;
  location: { host: string; href: string; assign(address: string): void };
  WebSocket: typeof WebSocket;
  handOver(file: string): void;
  document: { body: { innerText: string } | null; querySelectorAll(css: string): Iterable<PageElement> };
}

/** What a target means on the page, by the same rules as without a browser; null while it is not there. */
export function findInPage(target: Target): PageElement | null {
  // It runs in a page, where this is the window.
  const { document } = globalThis as unknown as PageWindow;
  const seen = (css: string) =>
    [...document.querySelectorAll(css)].filter((element) => element.checkVisibility({ visibilityProperty: true }));
  const normalize = (text: string) => text.replace(/\s+/g, " ").trim().toLowerCase();
  if ("css" in target) return seen(target.css)[0] ?? null;
  const isField = "field" in target;
  const buttons = ["submit", "button", "image", "reset"];
  const candidates = isField
    ? seen("input, select, textarea").filter(({ type }) => !buttons.includes(type ?? ""))
    : seen("a[href], button, input, [role=button], [role=link], [role=menuitem], [role=tab], [role=option]").filter(
        ({ tagName, type }) => tagName !== "INPUT" || buttons.includes(type ?? ""),
      );
  const namesOf = (element: PageElement) => {
    const told = (isField ? ["aria-label", "placeholder", "name", "id"] : ["aria-label", "title", "value"]).map(
      (name) => element.getAttribute(name),
    );
    const written = isField ? [...(element.labels ?? [])].map(({ textContent }) => textContent) : [element.innerText];
    return [...told, ...written].map((text) => normalize(text ?? "").replace(/\s*[:*]+$/, ""));
  };
  for (const words of isField ? target.field : target.text) {
    const found = candidates.find((element) => namesOf(element).includes(normalize(words)));
    if (found) return found;
  }
  return null;
}

/** Everything that is to be read on the page. */
export function readPageText(): string {
  return (globalThis as unknown as PageWindow).document.body?.innerText ?? "";
}

/** The texts of a table's cells, row by row. */
export function readTableInPage(table: PageElement): string[][] {
  return [...table.querySelectorAll("tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map((cell) => (cell.innerText ?? "").replace(/\s+/g, " ").trim()),
  );
}

/** Readies a field for typing: what stands in it is replaced. */
export function enterField(field: PageElement): void {
  field.focus();
  field.select?.();
}

/**
 * From the page's first script on: a link with `download` opens what it leads to, what a script made for one is handed over
 * by the binding `handOver`, its content null beyond `most_bytes`, a window that a script opens is this one, and a socket
 * leads to the page's own host only. All of it would go past everything that watches the page.
 */
export function openDownloads(most_bytes: number): void {
  const page = globalThis as unknown as PageWindow;
  const { click } = page.HTMLAnchorElement.prototype;
  const addressOf = (link: PageElement) => link.getAttribute("href") ?? "";
  const isMade = (address: string) => /^(blob|data):/.test(address);
  const encode = async (made: Blob) => {
    const bytes = new Uint8Array(await made.arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  };
  const handOver = async (address: string, filename: string | null) => {
    const made = await (await page.fetch(address)).blob();
    const content = made.size > most_bytes ? null : await encode(made);
    page.handOver(JSON.stringify({ filename, content_type: made.type, content }));
  };
  page.open = (address = "") => {
    if (isMade(String(address))) void handOver(String(address), null);
    else if (String(address) !== "") page.location.assign(String(address));
    return page;
  };
  page.WebSocket = new Proxy(page.WebSocket, {
    construct(socket, [address, protocols]: [string, string[]?]) {
      const { host } = new URL(address, page.location.href);
      if (host !== page.location.host) throw new Error("A socket to another host is refused");
      return new socket(address, protocols);
    },
  });
  page.HTMLAnchorElement.prototype.click = function open(this: PageElement) {
    const isDownload = this.getAttribute("download") !== null;
    if (isDownload && isMade(addressOf(this))) return void handOver(addressOf(this), this.getAttribute("download"));
    this.removeAttribute("download");
    this.removeAttribute("target");
    click.call(this);
  };
  page.addEventListener(
    "click",
    (event) => {
      const link = event.target?.closest?.("a[download]");
      if (!link) return;
      if (!isMade(addressOf(link))) return link.removeAttribute("download");
      event.preventDefault();
      void handOver(addressOf(link), link.getAttribute("download"));
    },
    true,
  );
}

/** Keeps what a click opens in this page: a second window would be out of sight. */
export function stayInPage(element: PageElement): void {
  element.removeAttribute("target");
  element.closest("form")?.removeAttribute("target");
}

/** Whether a field of the page holds one of the texts, or anything that is typed unseen. */
export function holdsSecret(secrets: string[]): boolean {
  const { document } = globalThis as unknown as PageWindow;
  const fields = [...document.querySelectorAll("input, textarea")];
  return fields.some(({ type, value = "" }) => type === "password" || secrets.some((secret) => value.includes(secret)));
}
