import { computed, signal } from "@preact/signals";

/** Where the person is: the part of the address after `#`, so that every place can be linked to and gone back from. */
export interface Route {
  /** Name of the view; empty at the start. */
  view: string;
  /** What follows the view's name, decoded. */
  path: string[];
  query: URLSearchParams;
}

const hash = signal(window.location.hash);
window.addEventListener("hashchange", () => (hash.value = window.location.hash));

export const route = computed<Route>(() => readRoute(hash.value));

/** An address within the page: `linkTo("jobs", [id])`; parts may hold any character. */
export function linkTo(view: string, path: string[] = [], query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? "") !== "");
  const search = new URLSearchParams(given).toString();
  return `#/${[view, ...path].map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

/** Goes to an address that `linkTo` made; `replace` leaves no step to go back to. */
export function goTo(address: string, { replace = false } = {}): void {
  if (!replace) {
    window.location.hash = address;
    return;
  }
  window.history.replaceState(null, "", address);
  hash.value = window.location.hash;
}

/** Reads an address; one that is not ours leads to the start. */
export function readRoute(address: string): Route {
  const [path = "", search = ""] = address.replace(/^#\/?/, "").split("?", 2);
  try {
    const [view = "", ...parts] = path.split("/").map(decodeURIComponent);
    return { view, path: parts.filter((part) => part !== ""), query: new URLSearchParams(search) };
  } catch {
    return { view: "", path: [], query: new URLSearchParams() };
  }
}
