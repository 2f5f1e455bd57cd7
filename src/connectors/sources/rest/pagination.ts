import { upstreamFailed } from "../../../errors.ts";
import type { SourceRow } from "../source.ts";
import type { Paginator } from "./api.ts";
import type { Answer, Call } from "./client.ts";
import { isRow, valueAt } from "./select.ts";

/** Where APIs commonly put the address of the next page. */
const LINK_PATHS = ["next", "links.next", "links.next.href", "_links.next.href", "paging.next", "pagination.next"];
const MORE_LINK_PATHS = ["pagination.next_url", "meta.next", "next_page", "next_page_url", "@odata.nextLink"];
/** Members by which APIs say that there is more; an answer with one of them and no link needs a paginator. */
const MORE_PATHS = [
  "has_more",
  "hasMore",
  "more",
  "meta.has_more",
  "pagination.has_more",
  "response_metadata.next_cursor",
];
const TOKEN_PATHS = [
  "next_cursor",
  "nextPageToken",
  "next_page_token",
  "paging.next.after",
  "meta.next_cursor",
  "offset",
];

/** A page that was read. */
interface ReadPage {
  name: string;
  call: Call;
  answer: Answer;
  rows: readonly SourceRow[];
}

/** The call of the page at `state`, which is what `nextState` gave; null for the first page. */
export function callAt(paginator: Paginator, call: Call, state: unknown): Call {
  switch (paginator.kind) {
    case "single":
      return call;
    case "auto":
    case "link_header":
    case "next_url":
      return state === null ? call : { ...call, url: withSameOrigin(call.url, String(state)) };
    case "cursor":
      return state === null ? call : withParameter(withoutParameters(call, paginator.first_only), paginator, state);
    case "last_id":
      return state === null ? call : withParameter(call, paginator, state);
    case "page":
      return withParameter(call, paginator, state ?? paginator.first);
    case "offset":
      return withParameter(call, paginator, state ?? 0);
  }
}

/**
 * What leads to the next page; null after the last. Throws for a link to another origin, to which the credentials must
 * not travel, and for one that leads back to its own page.
 */
export function nextState(paginator: Paginator, state: unknown, page: ReadPage): unknown {
  const next = findNext(paginator, state, page);
  if (next !== null && next === state) throw upstreamFailed(`${page.name}: a page leads to itself`);
  return next;
}

function findNext(paginator: Paginator, state: unknown, page: ReadPage): unknown {
  const { answer, rows } = page;
  switch (paginator.kind) {
    case "single":
      return null;
    case "auto":
      return autoLink(page);
    case "link_header":
      return readLink(page, linkIn(answer.headers));
    case "next_url":
      if (paginator.end_path && valueAt(answer.body, paginator.end_path)) return null;
      return readLink(page, valueAt(answer.body, paginator.path));
    case "cursor": {
      if (paginator.end_path && valueAt(answer.body, paginator.end_path)) return null;
      if (paginator.more_path && !valueAt(answer.body, paginator.more_path)) return null;
      return present(valueAt(answer.body, paginator.path));
    }
    case "last_id": {
      if (!valueAt(answer.body, paginator.more_path)) return null;
      const id = present(valueAt(rows.at(-1), paginator.field));
      if (id === null) throw upstreamFailed(`${page.name}: there is more, but the last row has no ${paginator.field}`);
      return id;
    }
    case "page": {
      const current = Number(state ?? paginator.first);
      const pages = paginator.pages_path ? Number(valueAt(answer.body, paginator.pages_path) ?? Infinity) : Infinity;
      const isLast = rows.length < (paginator.size ?? 1) || current >= pages - 1 + paginator.first;
      return isLast ? null : current + 1;
    }
    case "offset": {
      const after = Number(state ?? 0) + rows.length;
      if (rows.length === 0) return null;
      if (paginator.more_path) return valueAt(answer.body, paginator.more_path) ? after : null;
      const total = paginator.total_path ? valueAt(answer.body, paginator.total_path) : undefined;
      if (total !== undefined) return after < Number(total) ? after : null;
      return rows.length < paginator.limit ? null : after;
    }
  }
}

function autoLink(page: ReadPage): string | null {
  const { answer, name } = page;
  const header = linkIn(answer.headers);
  if (header !== null) return readLink(page, header);
  const links = [...LINK_PATHS, ...MORE_LINK_PATHS].map((path) => valueAt(answer.body, path));
  const link = links.find((value) => typeof value === "string" && /^(https?:\/\/|\/)/.test(value));
  if (link !== undefined) return readLink(page, link);
  const more = MORE_PATHS.find((path) => Boolean(valueAt(answer.body, path)));
  const token = TOKEN_PATHS.find((path) => typeof valueAt(answer.body, path) === "string");
  if (more === undefined && (token === undefined || valueAt(answer.body, token) === "")) return null;
  throw upstreamFailed(`${name}: the answer has another page (${more ?? token}); say how to ask for it by paginator`);
}

/** The address of `rel="next"` (RFC 8288); null when there is none. */
function linkIn(headers: Headers): string | null {
  const links = (headers.get("Link") ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[^,;=]+=(?:"[^"]*"|[^",;]*))*)/g);
  for (const [, address = "", parameters = ""] of links) {
    if (/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)/i.test(parameters)) return address;
  }
  return null;
}

/** Path and query of a link; its key in the query is left out when the next call is signed. */
function readLink({ name, call }: ReadPage, link: unknown): string | null {
  if (typeof link !== "string" || link === "") return null;
  const url = URL.parse(link, call.url);
  if (url?.origin !== call.url.origin) throw upstreamFailed(`${name}: the next page is at another origin`);
  return `${url.pathname}${url.search}`;
}

/** The path is joined to the origin as text, so that `//host` cannot become another origin. */
const withSameOrigin = (url: URL, path: string) => new URL(`${url.origin}${path}`);

function withParameter(call: Call, { parameter, in: place = "query" }: Placed, value: unknown): Call {
  if (place === "query") {
    const url = new URL(call.url);
    url.searchParams.set(parameter, String(value));
    return { ...call, url };
  }
  const body = isRow(call.body) ? call.body : {};
  return { ...call, body: withMember(body, parameter.split("."), value) };
}

function withoutParameters(call: Call, names: readonly string[] = []): Call {
  const url = new URL(call.url);
  for (const name of names) url.searchParams.delete(name);
  return { ...call, url };
}

interface Placed {
  parameter: string;
  in?: "query" | "body";
}

function withMember(body: SourceRow, [key = "", ...rest]: readonly string[], value: unknown): SourceRow {
  const inner = isRow(body[key]) ? body[key] : {};
  return { ...body, [key]: rest.length === 0 ? value : withMember(inner, rest, value) };
}

const present = (value: unknown) =>
  value === undefined || value === null || value === "" || value === false ? null : printable(value);

/** Positions are stored as JSON, which has no integers this large. */
const printable = (value: unknown) => (typeof value === "bigint" ? String(value) : value);
