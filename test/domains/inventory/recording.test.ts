import { describe, expect, it } from "vitest";
import { clouds } from "../../../src/connectors/clouds/clouds.ts";
import { sendUnder } from "../../platform/auth/client.ts";
import { openAzureInventory, openInventory, vaultOf, VAULTS, withVaults } from "./front-door.ts";

type Provider = keyof typeof clouds;
const RECORDED = { RECORDED_PROVIDERS: ["aws", "azure", "gcp"] as Provider[] };

interface Artifacts {
  artifacts: { resource_type: string; metadata: Record<string, unknown> }[];
  total: number;
}

describe("an extraction without credentials, where clouds are recorded", { timeout: 120_000 }, () => {
  it.each(["aws", "azure", "gcp"] as const)("finds resources of every service of %s", async (provider) => {
    const inventory = openInventory(RECORDED);
    const job = await inventory.extract({ provider });

    expect(job).toMatchObject({ status: "completed", errors: [] });
    const { artifacts } = await inventory.read<Artifacts>(`/extraction/jobs/${job.id}/artifacts?limit=1000`);
    expect(artifacts).toHaveLength(Number(job.results?.["resources_extracted"]));
    expect(new Set(artifacts.map(({ metadata }) => metadata["recorded"]))).toEqual(new Set([true]));
    expect(new Set(artifacts.map(({ metadata }) => metadata["service"]))).toEqual(
      new Set(clouds[provider].services.keys()),
    );
  });

  it("filters as it does with the cloud itself", async () => {
    const inventory = openInventory(RECORDED);
    const instances = { provider: "aws", services: ["ec2"], filters: { resource_type: "aws:ec2:instance" } };
    const all = await inventory.extract(instances);
    const filters = { ...instances.filters, instance_state: "running" };
    const running = await inventory.extract({ ...instances, filters });

    expect([all.status, running.status]).toEqual(["completed", "completed"]);
    expect(running.results?.["resources_extracted"]).toBeGreaterThan(0);
    expect(running.results?.["resources_extracted"]).toBeLessThan(Number(all.results?.["resources_extracted"]));
  });

  it("says what was not recorded, and goes on", async () => {
    const job = await openInventory(RECORDED).extract({
      provider: "aws",
      services: ["kms"],
      regions: ["us-east-1", "eu-west-1"],
    });

    expect(job).toMatchObject({
      status: "completed",
      errors: ["kms/eu-west-1: recording: NotRecorded - it has us-east-1, us-west-2 only"],
    });
    expect(job.results?.["resources_extracted"]).toBeGreaterThan(0);
  });

  it("asks the cloud itself as soon as there are credentials", async () => {
    const { inventory } = await openAzureInventory(withVaults(vaultOf("own")), RECORDED);
    const job = await inventory.extract(VAULTS);

    const { artifacts } = await inventory.read<Artifacts>(`/extraction/jobs/${job.id}/artifacts`);
    expect(artifacts.map(({ metadata }) => [metadata["resource_id"], metadata["recorded"]])).toEqual([
      [vaultOf("own").id, undefined],
    ]);
  });
});

it("a deployment with recordings answers nothing, and says why at the health check", async () => {
  const response = await sendUnder({ ENVIRONMENT: "production", RECORDED_PROVIDERS: "aws" }, "GET", "/health");

  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    detail: "Configuration is wrong: RECORDED_PROVIDERS: must be empty unless ENVIRONMENT is local",
  });
});
