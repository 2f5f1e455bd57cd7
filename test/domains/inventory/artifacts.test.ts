import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { openAzureInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const HOSTILE = `=cmd|'/C calc'!A0, "quoted"\r\nnext; <script> \u2028 €`;

const vaults = [
  vaultOf("alpha", { tags: { team: "data", note: HOSTILE } }),
  vaultOf("beta", { location: "eastus", tags: { team: "Größe" } }),
  vaultOf("gamma", { tags: { team: "100%_sure'--" } }),
];

interface Page {
  artifacts: {
    resource_type: string;
    metadata: { resource_id: string; region: string; labels: Record<string, string> };
  }[];
  total: number;
  next_cursor: number | null;
}

async function openExtracted() {
  const { inventory } = await openAzureInventory(withVaults(...vaults));
  const { id } = await inventory.extract({ ...VAULTS, services: ["keyvault", "storage"] });
  const path = `/extraction/jobs/${id}/artifacts`;
  const names = async (query: string) => {
    const { artifacts } = await inventory.read<Page>(`${path}?${query}`);
    return artifacts.map(({ metadata }) => metadata.resource_id.split("/").at(-1));
  };
  return { inventory, id, path, names };
}

describe("the artifacts of an extraction", () => {
  it("have the document's one shape", async () => {
    const { inventory, path } = await openExtracted();
    const { artifacts, total } = await inventory.read<Page>(`${path}?text=alpha`);
    expect(total).toBe(1);
    expect(artifacts).toEqual([
      {
        cloud_provider: "azure",
        resource_type: "azure:keyvault:key-vault",
        metadata: {
          resource_id: vaults[0]?.id,
          service: "keyvault",
          region: "westeurope",
          subscription_id: "6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e",
          resource_group: "rg1",
          labels: { team: "data", note: HOSTILE },
        },
        configuration: {
          vault_uri: "https://alpha.vault.azure.net",
          enabled_for_deployment: null,
          enabled_for_disk_encryption: null,
          enabled_for_template_deployment: null,
          enable_soft_delete: true,
          soft_delete_retention_in_days: 90,
          sku: null,
          network_acls: null,
        },
        raw: vaults[0],
      },
    ]);
  });

  it("are narrowed by service, type, region and text", async () => {
    const { names } = await openExtracted();
    expect(await names("service=keyvault")).toEqual(["alpha", "beta", "gamma"]);
    expect(await names("type=key-vault&region=eastus")).toEqual(["beta"]);
    expect(await names("type=keyvault:key-vault&text=ALPHA.vault")).toEqual(["alpha"]);
    expect(await names("type=azure:keyvault:key-vault&text=gamma")).toEqual(["gamma"]);
    expect(await names("type=vault")).toEqual([]);
    expect(await names("service=nothing")).toEqual([]);
    expect((await names("type=account")).length).toBeGreaterThan(1);
  });

  it.each([
    ["Größe", ["beta"]],
    ["100%_sure'--", ["gamma"]],
    ["%", ["gamma"]],
    ["' OR 1=1 --", []],
    ['"; DROP TABLE artifacts; --', []],
    ["\0", []],
    ["💥", []],
  ])("are found by the text %j as it is", async (text, found) => {
    const { names } = await openExtracted();
    expect(await names(`service=keyvault&text=${encodeURIComponent(text)}`)).toEqual(found);
  });

  it("are found by a text as it was written, whatever JSON makes of it", async () => {
    const { names } = await openExtracted();
    expect(await names(`text=${encodeURIComponent('"quoted"\r\nnext')}`)).toEqual(["alpha"]);
    expect(await names(`text=${encodeURIComponent('"name":"beta"')}`)).toEqual(["beta"]);
  });

  it("come in pages that hold each of them once", async () => {
    const { inventory, path, names } = await openExtracted();
    const all = await names("");
    const seen: (string | undefined)[] = [];
    for (let cursor: number | null = 0; cursor !== null;) {
      const page: Page = await inventory.read<Page>(`${path}?limit=2&cursor=${cursor}`);
      expect(page.total).toBe(all.length);
      expect(page.artifacts.length).toBeLessThanOrEqual(2);
      seen.push(...page.artifacts.map(({ metadata }) => metadata.resource_id.split("/").at(-1)));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(all);
    expect(await inventory.read(`${path}?cursor=999999`)).toMatchObject({ artifacts: [], next_cursor: null });
  });

  it.each(["limit=0", "limit=1001", "cursor=-1", "cursor=x", "text=", `text=${"a".repeat(201)}`])(
    "are not paged by %s",
    async (query) => {
      const { inventory, path } = await openExtracted();
      expect((await inventory.ask(`${path}?${query}`)).status).toBe(422);
    },
  );

  it("come as lines of JSON", async () => {
    const { inventory, id, path } = await openExtracted();
    const { text, headers } = await inventory.download(`${path}?service=keyvault`, "application/x-ndjson");
    expect(headers.get("Content-Type")).toBe("application/x-ndjson");
    expect(headers.get("Content-Disposition")).toBe(`attachment; filename="${id}.ndjson"`);
    const lines = text.trimEnd().split("\n");
    const { artifacts } = await inventory.read<Page>(`${path}?service=keyvault`);
    expect(lines.map((line) => JSON.parse(line))).toEqual(artifacts);
  });

  it("come as a table whose hostile text stays text in its cell", async () => {
    const { inventory, path } = await openExtracted();
    const { text, headers } = await inventory.download(`${path}?service=keyvault`, "text/csv");
    expect(headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const { data } = Papa.parse<Record<string, string>>(text.trimEnd(), { header: true });
    expect(data.map((row) => [row["resource_id"], row["region"]])).toEqual(
      vaults.map(({ id, location }) => [id, location]),
    );
    expect(JSON.parse(data[0]?.["labels"] ?? "")).toEqual(vaults[0]?.tags);
    expect(JSON.parse(data[0]?.["configuration"] ?? "")).toMatchObject({ vault_uri: "https://alpha.vault.azure.net" });
  });
});
