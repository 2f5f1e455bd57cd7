import { describe, expect, it } from "vitest";
import { azureSettings } from "./extractions.ts";
import { openAzureInventory, openGcpInventory, openInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const TWO = { provider: "azure", services: ["keyvault", "sql"] };

const denied = (on: string) => ({
  on,
  status: 403,
  body: JSON.stringify({ error: { code: "AuthorizationFailed", message: "The client has no permission." } }),
});

const ids = async ({ inventory }: Awaited<ReturnType<typeof openAzureInventory>>, path: string) => {
  const answer = await inventory.read<Record<string, { metadata: { resource_id: string } }[]>>(path);
  return (answer["artifacts"] ?? answer["resources"] ?? []).map(({ metadata }) => metadata.resource_id);
};

describe("an extraction of which a service is denied", () => {
  it("completes with the rest, names the service, and keeps what it had found there before", async () => {
    const opened = await openAzureInventory(withVaults(vaultOf("a")));
    const { azure, inventory } = opened;
    const whole = await inventory.extract(TWO);
    await azure.change({ faults: [denied("Microsoft.KeyVault")] });
    const { id, status, errors } = await inventory.extract(TWO);
    expect({ status, errors }).toEqual({
      status: "completed",
      errors: [
        "keyvault/global: /providers/Microsoft.KeyVault/vaults: AuthorizationFailed - The client has no permission.",
      ],
    });
    const found = await ids(opened, `/extraction/jobs/${id}/artifacts`);
    expect(found).not.toContain(vaultOf("a").id);
    expect(found.length).toBeGreaterThan(0);
    expect(await ids(opened, `/extraction/jobs/${whole.id}/artifacts`)).toContain(vaultOf("a").id);
    expect(await ids(opened, "/extraction/resources?service=keyvault")).toEqual([vaultOf("a").id]);
    expect(await inventory.read(`/extraction/jobs/${id}`)).toMatchObject({
      results: { services_processed: 1, errors },
    });
  });

  it("fails when all of them are denied", async () => {
    const { azure, inventory } = await openAzureInventory(withVaults(vaultOf("a")));
    await azure.change({ faults: [denied("Microsoft.KeyVault"), denied("Microsoft.Sql")] });
    const { id, errors } = await inventory.extract(TWO);
    expect(errors.map((error) => error.split(":")[0])).toEqual(["keyvault/global", "sql/global"]);
    expect(await inventory.read(`/extraction/jobs/${id}`)).toMatchObject({
      status: "failed",
      results: { resources_extracted: 0, services_processed: 0, regions_processed: 0, errors },
    });
  });

  it("completes with nothing when there is nothing and nothing was denied", async () => {
    const { inventory } = await openAzureInventory(withVaults());
    const { status, errors, results } = await inventory.extract(VAULTS);
    expect({ status, errors }).toEqual({ status: "completed", errors: [] });
    expect(results).toMatchObject({ resources_extracted: 0 });
  });
});

describe("an extraction that is slowed down", () => {
  it("waits as long as it is asked to, and then has everything", async () => {
    const { azure, inventory } = await openAzureInventory(withVaults(vaultOf("a"), vaultOf("b")));
    await azure.change({
      page_size: 1,
      faults: [{ on: "Microsoft.KeyVault", times: 3, status: 429, headers: { "Retry-After": "300" } }],
    });
    const { status, errors, created_at, completed_at, results } = await inventory.extract(VAULTS);
    expect({ status, errors, found: results?.["resources_extracted"] }).toEqual({
      ...{ status: "completed", errors: [], found: 2 },
    });
    expect(Number(completed_at) - created_at).toBeGreaterThanOrEqual(900_000);
  });

  it("gives a service up that never answers, and says so", async () => {
    const { azure, inventory } = await openAzureInventory(withVaults(vaultOf("a")));
    await azure.change({ faults: [{ on: "Microsoft.KeyVault", status: 500 }] });
    const { status, errors } = await inventory.extract(TWO);
    expect(status).toBe("completed");
    expect(errors).toEqual([expect.stringMatching(/^keyvault\/global: gave up after 5 attempts: .+ answered 500$/)]);
  });
});

describe("a resource that is listed twice", () => {
  it("is one artifact", async () => {
    const opened = await openAzureInventory({ ...withVaults(vaultOf("a"), vaultOf("b"), vaultOf("a")), page_size: 1 });
    const { id, results } = await opened.inventory.extract(VAULTS);
    expect(await ids(opened, `/extraction/jobs/${id}/artifacts`)).toEqual([vaultOf("a").id, vaultOf("b").id]);
    expect(results).toMatchObject({ resources_extracted: 2 });
  });

  it("because its account is both stored and configured is found once", async () => {
    const { azure, inventory } = await openAzureInventory(withVaults(vaultOf("a")));
    const path = `/extraction/credentials/azure/${azure.account}`;
    await inventory.read(path, { method: "PUT", json: azure.credentials });
    const { results } = await inventory.extract(VAULTS);
    expect(results).toMatchObject({ resources_extracted: 1, services_processed: 1 });
    expect((await azure.requests()).filter((line) => line.includes("KeyVault"))).toHaveLength(1);
  });
});

describe("a cloud without credentials", () => {
  it("is listed, and its extraction fails with the reason", async () => {
    const inventory = openInventory({ ENABLED_PROVIDERS: ["aws"] });
    expect(await inventory.read("/extraction/providers")).toEqual({ providers: ["aws"], total: 1 });
    const { status, errors } = await inventory.extract();
    expect({ status, errors }).toEqual({
      status: "failed",
      errors: ["aws/all: no credentials are stored or configured"],
    });
  });

  it("does not keep the others from being extracted", async () => {
    const { azure } = await openAzureInventory(withVaults(vaultOf("a")));
    const inventory = openInventory({ ...azureSettings(azure), ENABLED_PROVIDERS: ["azure", "gcp"] });
    const { status, errors } = await inventory.extract({ services: ["keyvault", "pubsub"] });
    expect({ status, errors }).toEqual({
      status: "completed",
      errors: ["gcp/all: no credentials are stored or configured"],
    });
  });

  it("or with wrong ones fails with the cloud's reason, without the secret", async () => {
    const { inventory } = await openAzureInventory({}, { AZURE_CLIENT_SECRET: "s3cr3t-of-mine" });
    const { status, errors } = await inventory.extract(VAULTS);
    expect(status).toBe("failed");
    expect(errors).toEqual([expect.stringMatching(/^azure\/all: azure token: invalid_client/)]);
    expect(JSON.stringify(errors)).not.toContain("s3cr3t-of-mine");
  });

  it("or with a key that is none fails with the reason", async () => {
    const { inventory } = await openGcpInventory({}, { GCP_SERVICE_ACCOUNT: "{not json" });
    const { status, errors } = await inventory.extract({ services: ["pubsub"] });
    expect(status).toBe("failed");
    expect(errors).toEqual([expect.stringMatching(/^gcp\/all: .*service_account/)]);
  });
});
