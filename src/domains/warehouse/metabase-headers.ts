/** RFC 9110, 7.6.1: they speak of one connection only. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What is ours or the edge's and nothing to Metabase, and what the runtime sets by itself. */
const NOT_SENT =
  /^(authorization|cookie|origin|referer|host|content-length|forwarded|x-forwarded-.*|x-real-ip|cf-.*|x-d1-bookmark)$/;

/** What would act on our whole origin, or describes bytes that the runtime has decompressed. */
const NOT_RETURNED =
  /^(set-cookie|www-authenticate|authorization|clear-site-data|strict-transport-security|service-worker-allowed|report-to|reporting-endpoints|nel|alt-svc|refresh|location|content-location|content-security-policy|content-security-policy-report-only|x-frame-options|content-encoding|access-control-.*|x-request-id|x-d1-bookmark)$/;

/** Names of Metabase's own cookies, as its `request/cookies.clj` (metabase/metabase @02207ba) and others set them. */
const METABASE_COOKIE = /^metabase\.[A-Z_]+$/;

/**
 * Without `allow-same-origin` the page gets an origin of its own, so that no script of Metabase can call our API in the
 * name of whoever looks at it.
 */
const SANDBOX =
  "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts; frame-ancestors 'self'; base-uri 'self'";

/** Headers for Metabase: without our cookies and `Authorization`, with the address that people see. */
export function requestHeaders(received: Headers, asked: URL): Headers {
  const headers = without(received, NOT_SENT);
  const cookies = (received.get("Cookie") ?? "").split(/; */).filter((cookie) => METABASE_COOKIE.test(nameOf(cookie)));
  if (cookies.length > 0) headers.set("Cookie", cookies.join("; "));
  headers.set("X-Forwarded-Host", asked.host);
  headers.set("X-Forwarded-Proto", asked.protocol.slice(0, -1));
  return headers;
}

/** Where Metabase is, where people see it, and the origin that they see. */
interface Place {
  base: URL;
  prefix: string;
  origin: string;
}

/** Headers for the caller: sandboxed, with Metabase's cookies for its path only and its redirects below the prefix. */
export function responseHeaders(response: Response, place: Place): Headers {
  const headers = without(response.headers, NOT_RETURNED);
  // The length is that of the compressed bytes, which the runtime has decompressed.
  if (response.headers.has("Content-Encoding")) headers.delete("Content-Length");
  const policy = withoutFraming(response.headers.get("Content-Security-Policy"));
  headers.set("Content-Security-Policy", policy === "" ? SANDBOX : `${policy}, ${SANDBOX}`);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  for (const cookie of response.headers.getSetCookie()) {
    if (METABASE_COOKIE.test(nameOf(cookie))) headers.append("Set-Cookie", keepBelow(cookie, place.prefix));
  }
  const location = response.headers.get("Location");
  if (location !== null) headers.set("Location", rewriteLocation(location, response.url, place));
  return headers;
}

function without(received: Headers, dropped: RegExp): Headers {
  const named = (received.get("Connection") ?? "").toLowerCase().split(/\s*,\s*/);
  const kept = [...received].filter(
    ([name]) => !dropped.test(name) && !HOP_BY_HOP.includes(name) && !named.includes(name),
  );
  return new Headers(kept);
}

const nameOf = (cookie: string) => cookie.split("=", 1)[0]?.trim() ?? "";

/** A cookie without `Domain`, and with our path instead of its own. */
function keepBelow(cookie: string, path: string): string {
  const [pair = "", ...attributes] = cookie.split(/; */);
  return [pair, ...attributes.filter((attribute) => !/^(path|domain) *=/i.test(attribute)), `Path=${path}`].join("; ");
}

/** Metabase forbids all frames by itself; ours may show it. */
function withoutFraming(policy: string | null): string {
  const directives = (policy ?? "").split(/; */).filter((text) => text !== "" && !/^frame-ancestors\b/i.test(text));
  return directives.join("; ");
}

/** Redirects within Metabase stay below the prefix; those elsewhere, such as to a sign-in service, are handed on. */
function rewriteLocation(location: string, from: string, { base, prefix, origin }: Place): string {
  const target = URL.parse(location, from === "" ? base : from);
  if (!target || target.origin !== base.origin) return location;
  const root = base.pathname.replace(/\/$/, "");
  const isBelow = target.pathname === root || target.pathname.startsWith(`${root}/`);
  const path = isBelow ? target.pathname.slice(root.length) : target.pathname;
  // Metabase that knows its address by its setting `site-url` names the prefix itself.
  const named = path === prefix || path.startsWith(`${prefix}/`);
  return `${origin}${named ? "" : prefix}${path}${target.search}${target.hash}`;
}
