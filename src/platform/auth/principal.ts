import type { DomainName } from "../../config.ts";
import type { Grants } from "./tables.ts";

/** Who is asking. `system` is the platform itself: the tick, the consumer, the sweeper. */
export type Principal =
  | { kind: "anonymous" }
  | { kind: "system" }
  | { kind: "user"; id: string; email: string; role: "user" | "admin"; grants: Grants }
  | { kind: "token"; id: string; scope: string[] };

export const anonymous: Principal = { kind: "anonymous" };
export const system: Principal = { kind: "system" };

/** The id that rows and log lines carry; null for nobody and for the platform. */
export function principalId(principal: Principal): string | null {
  return principal.kind === "user" || principal.kind === "token" ? principal.id : null;
}

/** Kind and id of who has one; callers without a name share their kind. */
export const principalName = (principal: Principal): string =>
  "id" in principal ? `${principal.kind}:${principal.id}` : principal.kind;

export function isAdmin(principal: Principal): boolean {
  return principal.kind === "user" && principal.role === "admin";
}

/** The domains without per-object rights: data is shared, so anonymous access and token scopes can cover them. */
const OPEN_DOMAINS: readonly DomainName[] = ["market-data", "inventory", "warehouse"];

export const isOpenDomain = (domain: DomainName): boolean => OPEN_DOMAINS.includes(domain);

/**
 * Whether a principal may read or write a whole domain. Banking belongs to its owners alone, so nobody
 * may, not even an admin. A token's scope holds `domain`, `domain:read` or `domain:write`; `domain` and
 * `domain:write` include reading.
 */
export function mayAccessDomain(
  principal: Principal,
  domain: DomainName,
  action: "read" | "write",
  anonymousDomains: readonly DomainName[],
): boolean {
  if (principal.kind === "system") return true;
  if (isOpenDomain(domain) && anonymousDomains.includes(domain)) return true;
  if (principal.kind === "anonymous" || domain === "banking") return false;
  if (principal.kind === "token") return isOpenDomain(domain) && tokenMay(principal.scope, domain, action);
  if (principal.role === "admin") return true;
  const grant = principal.grants[domain];
  if (action === "write") return grant === "write";
  return grant !== undefined || domain === "market-data" || domain === "warehouse";
}

function tokenMay(scope: readonly string[], domain: DomainName, action: "read" | "write"): boolean {
  if (scope.includes(domain) || scope.includes(`${domain}:write`)) return true;
  return action === "read" && scope.includes(`${domain}:read`);
}
