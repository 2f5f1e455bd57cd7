import ipaddr from "ipaddr.js";
import { unprocessable } from "../../errors.ts";

/** Names that never belong to a public host (RFC 6761, RFC 6762, RFC 8375, and what clouds use inside). */
const PRIVATE_SUFFIXES = ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa"];
/** Azure's host agent: a public address by number, yet it answers with secrets of the machine that asks. */
const AZURE_HOST_AGENT = "168.63.129.16";

/**
 * Reads a URL that a user gave. Throws `unprocessable` unless it is http or https without a login in it, and names
 * a public host or one that `allowed` permits (`host`, `host:port` or CIDR). Names are judged as written: a deployed
 * Worker cannot reach a private address behind a public name.
 */
export function checkUserUrl(text: string, allowed: readonly string[]): URL {
  const url = URL.parse(text);
  if (!url) throw refused("is not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refused("must start with http:// or https://");
  if (url.username !== "" || url.password !== "") throw refused("must not hold a user name or password");
  if (isAllowed(url, allowed)) return url;
  if (isPrivate(hostOf(url))) throw refused("names a private address; ALLOW_PRIVATE_HOSTS can permit it");
  return url;
}

/** A host that a user named, as it is connected to. */
export interface CheckedHost {
  /** An IPv6 address has brackets. */
  hostname: string;
  port: number;
  /** Whether `allowed` names it. */
  isPermitted: boolean;
}

/** The same rule for what is no URL. Throws `unprocessable` for what is no host, and for a private one. */
export function checkUserHost({ host, port }: { host: string; port: number }, allowed: readonly string[]): CheckedHost {
  // Of a web address the parser reads every notation of a number.
  const url = /[/?#@\\]/.test(host) ? null : URL.parse(`http://${host}:${port}`);
  if (!url || port < 1 || port > 65_535) throw unprocessable([{ field: "host", message: "is not the name of a host" }]);
  const isPermitted = isAllowed(url, allowed);
  if (!isPermitted && isPrivate(hostOf(url))) {
    throw unprocessable([{ field: "host", message: "is a private address; ALLOW_PRIVATE_HOSTS can permit it" }]);
  }
  return { hostname: url.hostname, port, isPermitted };
}

const refused = (message: string) => unprocessable([{ field: "url", message }]);

/** The WHATWG parser has already turned decimal, octal, hex and short notations into four decimal octets. */
const hostOf = (url: URL) => url.hostname.replace(/^\[(.*)\]$/, "$1");

function isPrivate(host: string): boolean {
  if (ipaddr.isValid(host)) return !isPublicAddress(ipaddr.parse(host));
  // A name without a dot is found by search lists only; one that ends with a dot dodges comparisons.
  if (!host.includes(".") || host.endsWith(".")) return true;
  return PRIVATE_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

function isPublicAddress(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast" || address.toString() === AZURE_HOST_AGENT) return false;
  // Only 2000::/3 is given out (RFC 4291, 2.4); the rest holds IPv4-compatible and other embedded addresses.
  return address instanceof ipaddr.IPv4 || address.match(ipaddr.IPv6.parse("2000::"), 3);
}

function isAllowed(url: URL, allowed: readonly string[]): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const names = [host, url.hostname, `${url.hostname}:${port}`];
  return allowed.some((entry) => (entry.includes("/") ? isWithin(host, entry) : names.includes(entry.toLowerCase())));
}

function isWithin(host: string, network: string): boolean {
  if (!ipaddr.isValid(host) || !ipaddr.isValidCIDR(network)) return false;
  const address = ipaddr.process(host);
  const [base, bits] = ipaddr.parseCIDR(network);
  return address.kind() === base.kind() && address.match([base, bits]);
}
