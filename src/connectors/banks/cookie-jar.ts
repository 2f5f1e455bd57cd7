const MOST_COOKIES = 100;
const LONGEST_COOKIE = 4096;

interface Cookie {
  name: string;
  value: string;
  path: string;
  /** Goes over https only. */
  secure: boolean;
  /** Milliseconds; Infinity for the length of the session. */
  expires_at: number;
}

export interface CookieJar {
  /** Keeps what an answer from an address sets. */
  keep(address: URL, headers: Headers): void;
  /** The `Cookie` header for an address; null for none. */
  headerFor(address: URL): string | null;
}

/** Cookies of one host, kept for one run, after RFC 6265 sections 5.2 to 5.4; those of other hosts are not taken. */
export function createCookieJar(now: () => number): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    keep(address, headers) {
      for (const line of headers.getSetCookie()) {
        const cookie = line.length > LONGEST_COOKIE ? null : readCookie(line, address, now());
        if (!cookie) continue;
        const key = `${cookie.name};${cookie.path}`;
        cookies.delete(key);
        if (cookie.expires_at > now() && cookies.size < MOST_COOKIES) cookies.set(key, cookie);
      }
    },
    headerFor(address) {
      const sent = [...cookies.values()]
        .filter(({ path, secure, expires_at }) => expires_at > now() && matches(address, path, secure))
        .sort((left, right) => right.path.length - left.path.length);
      return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
  };
}

function readCookie(line: string, address: URL, now: number): Cookie | null {
  const [pair = "", ...parts] = line.split(";");
  const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
  if (name === "") return null;
  const attributes = new Map(
    parts.map((part) => {
      const [key = "", ...rest] = part.split("=");
      return [key.trim().toLowerCase(), rest.join("=").trim()];
    }),
  );
  const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase();
  if (domain && domain !== address.hostname && !address.hostname.endsWith(`.${domain}`)) return null;
  const path = attributes.get("path") ?? "";
  return {
    name,
    value,
    path: path.startsWith("/") ? path : defaultPath(address),
    secure: attributes.has("secure"),
    expires_at: expiryOf(attributes, now),
  };
}

function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const age = attributes.get("max-age");
  if (age !== undefined && /^-?\d+$/.test(age)) return now + Number(age) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? Infinity : expires;
}

const defaultPath = ({ pathname }: URL): string => pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")));

function matches(address: URL, path: string, secure: boolean): boolean {
  if (secure && address.protocol !== "https:") return false;
  const { pathname } = address;
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}
