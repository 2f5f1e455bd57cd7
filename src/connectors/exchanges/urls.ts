/**
 * The same tree of URLs with scheme and host replaced by `base_url`, whose path is a prefix; paths stay. Sockets and
 * what is no URL are left alone. `hostname` fills ccxt's `{hostname}` first.
 */
export function moveUrls(urls: unknown, base_url: string, hostname: string | undefined): unknown {
  if (typeof urls === "string") return moveUrl(urls.replace("{hostname}", hostname ?? ""), base_url);
  if (typeof urls !== "object" || urls === null) return urls;
  return Object.fromEntries(Object.entries(urls).map(([name, value]) => [name, moveUrls(value, base_url, hostname)]));
}

function moveUrl(text: string, base_url: string): string {
  const path = /^https?:\/\/[^/]*(.*)$/.exec(text)?.[1];
  return path === undefined ? text : base_url.replace(/\/$/, "") + path;
}
