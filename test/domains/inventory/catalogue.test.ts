import { describe, expect, it } from "vitest";
import { errorBody, openInventory } from "./front-door.ts";

interface Listed {
  services_by_provider: Record<string, { service: string; resource_types: string[]; version: string }[]>;
  total_services: number;
}

const NONE = errorBody("NO_PROVIDERS", "No cloud providers enabled. Check ENABLED_PROVIDERS configuration.");

describe("the providers", () => {
  it("are all three, in the document's order", async () => {
    expect(await openInventory().read("/extraction/providers")).toEqual({
      providers: ["aws", "azure", "gcp"],
      total: 3,
    });
  });

  it("are those that are enabled, however these are ordered", async () => {
    const inventory = openInventory({ ENABLED_PROVIDERS: ["gcp", "aws"] });
    expect(await inventory.read("/extraction/providers")).toEqual({ providers: ["aws", "gcp"], total: 2 });
  });
});

describe("the services", () => {
  it("are 49, each with the types that it extracts", async () => {
    const { services_by_provider: services, total_services } =
      await openInventory().read<Listed>("/extraction/services");
    expect(Object.entries(services).map(([name, list]) => [name, list.length])).toEqual([
      ["aws", 13],
      ["azure", 8],
      ["gcp", 28],
    ]);
    expect(total_services).toBe(49);
    const all = Object.values(services).flat();
    expect(all.filter(({ resource_types }) => resource_types.length === 0)).toEqual([]);
    expect(new Set(all.map(({ version }) => version))).toEqual(new Set(["1.0.0"]));
  });

  it("of one provider are said whole", async () => {
    const answer = await openInventory().read<Listed>("/extraction/services?provider=azure");
    expect(answer.total_services).toBe(8);
    expect(Object.keys(answer.services_by_provider)).toEqual(["azure"]);
    expect(answer.services_by_provider["azure"]).toContainEqual({
      service: "compute",
      description: "Extracts Azure Virtual Machines and VM Scale Sets",
      resource_types: ["virtual-machine", "vmss"],
      version: "1.0.0",
    });
  });

  it("of an unknown provider are refused", async () => {
    expect(await openInventory().answer("/extraction/services?provider=invalid-provider")).toEqual({
      status: 400,
      body: errorBody("UNSUPPORTED_PROVIDER", "Unsupported provider: 'invalid-provider'"),
    });
  });
});

describe("without any provider enabled", () => {
  it.each([
    ["/extraction/providers", undefined],
    ["/extraction/services", undefined],
    ["/extraction/trigger", {}],
    ["/schedules", { name: "nightly", cron_expression: "0 2 * * *" }],
  ])("%s says what to configure", async (path, json) => {
    const inventory = openInventory({ ENABLED_PROVIDERS: [] });
    expect(await inventory.answer(path, json ? { json } : {})).toEqual({ status: 400, body: NONE });
  });
});
