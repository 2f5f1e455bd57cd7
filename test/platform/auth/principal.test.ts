import { describe, expect, it } from "vitest";
import { type DomainName, domainNames } from "../../../src/config.ts";
import { anonymous, mayAccessDomain, type Principal, system } from "../../../src/platform/auth/principal.ts";
import type { Grants } from "../../../src/platform/auth/tables.ts";

const user = (grants: Grants = {}, role: "user" | "admin" = "user"): Principal => ({
  kind: "user",
  id: "u",
  email: "user@example.com",
  role,
  grants,
});
const token = (...scope: string[]): Principal => ({ kind: "token", id: "t", scope });

/** Every domain with what the principal may do there, the empty ones left out. */
function rightsOf(principal: Principal, open: DomainName[] = []): Record<string, string> {
  const rights = domainNames.options.map((domain) => {
    const actions = (["read", "write"] as const).filter((action) => mayAccessDomain(principal, domain, action, open));
    return [domain, actions.join("+")] as const;
  });
  return Object.fromEntries(rights.filter(([, actions]) => actions !== ""));
}

const SHARED = { "market-data": "read+write", inventory: "read+write", warehouse: "read+write" };

describe("a whole domain", () => {
  it.each<{ who: string; principal: Principal; rights: Record<string, string> }>([
    { who: "nobody", principal: anonymous, rights: {} },
    { who: "a user", principal: user(), rights: { "market-data": "read", warehouse: "read" } },
    {
      who: "a user with grants",
      principal: user({ inventory: "read", warehouse: "write", instruments: "read", banking: "write" }),
      rights: { "market-data": "read", inventory: "read", warehouse: "read+write", instruments: "read" },
    },
    { who: "an admin", principal: user({}, "admin"), rights: { ...SHARED, instruments: "read+write" } },
    { who: "a token of one domain", principal: token("inventory"), rights: { inventory: "read+write" } },
    { who: "a reading token", principal: token("warehouse:read"), rights: { warehouse: "read" } },
    { who: "a writing token", principal: token("warehouse:write"), rights: { warehouse: "read+write" } },
    { who: "a token for what no token may", principal: token("banking", "instruments", "metrics"), rights: {} },
  ])("is open to $who as the architecture says", ({ principal, rights }) => {
    expect(rightsOf(principal)).toEqual(rights);
  });

  it("is open to all where the deployment says so, but never a domain of private data", () => {
    const everything = domainNames.options;
    expect(rightsOf(anonymous, ["market-data"])).toEqual({ "market-data": "read+write" });
    expect(rightsOf(anonymous, [...everything])).toEqual(SHARED);
    expect(rightsOf(token("metrics"), [...everything])).toEqual(SHARED);
  });

  it("is open to the platform itself", () => {
    expect(Object.values(rightsOf(system))).toEqual(domainNames.options.map(() => "read+write"));
  });
});
