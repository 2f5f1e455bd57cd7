import { describe, expect, it } from "vitest";
import { errorBody, openInventory } from "./front-door.ts";

const JOB_ID = /^job_\d{16}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const started = {
  job_id: expect.stringMatching(JOB_ID),
  status: "started",
  message: "Extraction job started successfully",
  estimated_completion: expect.stringMatching(TIME),
};

const trigger = (json: unknown, settings = {}) => openInventory(settings).answer("/extraction/trigger", { json });

describe("a trigger", () => {
  it("without anything asks for all there is, a hundred artifacts at a time", async () => {
    const inventory = openInventory();
    const { job_id } = await inventory.read<{ job_id: string }>("/extraction/trigger", { json: {} });
    expect(await inventory.read(`/extraction/jobs/${job_id}`)).toMatchObject({
      ...{ provider: null, services: null, regions: null, batch_size: 100, filters: {} },
    });
  });

  it.each([
    [
      "the document's own request",
      { provider: "aws", services: ["ec2", "s3"], regions: ["us-east-1"], batch_size: 100 },
    ],
    ["its filter", { provider: "aws", services: ["ec2"], filters: { instance_state: "running" } }],
    ["nulls", { provider: null, services: null, regions: null, filters: null }],
    ["empty lists", { services: [], regions: [] }],
    ["services of several clouds", { services: ["ec2", "compute", "pubsub"] }],
    ["regions of several clouds", { regions: ["us-east-1", "westeurope", "europe-west1"] }],
    ["keys it does not know", { services: ["s3"], since: "2024-01-01" }],
  ])("with %s starts a job", async (_, request) => {
    expect(await trigger(request)).toEqual({ status: 200, body: started });
  });

  it.each([
    ["an unknown provider", { provider: "ibm" }, "UNSUPPORTED_PROVIDER", "Unsupported provider: 'ibm'"],
    [
      "the name of a member of every object",
      { provider: "constructor" },
      "UNSUPPORTED_PROVIDER",
      "Unsupported provider: 'constructor'",
    ],
    ["an unknown service", { services: ["ec3"] }, "INVALID_SERVICES", "Invalid services: ['ec3']"],
    [
      "services of another provider",
      { provider: "aws", services: ["ec2", "pubsub", "compute"] },
      "INVALID_SERVICES",
      "Invalid services for aws: ['pubsub', 'compute']",
    ],
  ])("with %s is refused, with no list of fields", async (_, request, code, message) => {
    expect(await trigger(request)).toEqual({ status: 400, body: errorBody(code, message) });
  });

  it("for a provider that is not enabled is refused as one that there is not", async () => {
    expect(await trigger({ provider: "gcp" }, { ENABLED_PROVIDERS: ["aws", "azure"] })).toEqual({
      status: 400,
      body: errorBody("UNSUPPORTED_PROVIDER", "Unsupported provider: 'gcp'"),
    });
  });

  it("names every region that none of the selected clouds can have", async () => {
    expect(await trigger({ provider: "aws", regions: ["us-east-1", "moon-1", "West Europe"] })).toEqual({
      status: 400,
      body: errorBody("INVALID_REGIONS", "Invalid regions: ['moon-1', 'West Europe']", [
        { field: "regions", message: "Invalid region name: 'moon-1'" },
        { field: "regions", message: "Invalid region name: 'West Europe'" },
      ]),
    });
  });

  it.each([
    ["batch_size 0", { batch_size: 0 }, "batch_size", "Too small: expected number to be >=1"],
    ["batch_size 10^9", { batch_size: 1e9 }, "batch_size", "Too big: expected number to be <=1000"],
    ["batch_size 1.5", { batch_size: 1.5 }, "batch_size", "Invalid input: expected int, received number"],
    ["batch_size as text", { batch_size: "100" }, "batch_size", "Invalid input: expected number, received string"],
    ["a provider that is a number", { provider: 7 }, "provider", "Invalid input: expected string, received number"],
    ["services that are no list", { services: "ec2" }, "services", "Invalid input: expected array, received string"],
    ["a service that is a number", { services: [7] }, "services.0", "Invalid input: expected string, received number"],
    ["an empty service", { services: [""] }, "services.0", "Too small: expected string to have >=1 characters"],
    [
      "5,000 services",
      { services: Array.from({ length: 5000 }, (_, index) => `s${index}`) },
      "services",
      "Too big: expected array to have <=500 items",
    ],
    ["filters that are a list", { filters: ["a"] }, "filters", "Invalid input: expected record, received array"],
    ["a filter of null", { filters: { state: null } }, "filters.state", "Invalid input"],
    ["a filter that is an object", { filters: { state: { $ne: "running" } } }, "filters.state", "Invalid input"],
    ["a list", [], "", "Invalid input: expected object, received array"],
  ])("with %s is refused by its field", async (_, request, field, message) => {
    const { status, body } = await trigger(request);
    expect(status).toBe(422);
    expect(body).toEqual(errorBody("VALIDATION_ERROR", `${field}: ${message}`, [{ field, message }]));
  });

  it("names the filters that there are when it is given one that there is not", async () => {
    const { status, body } = await trigger({ provider: "azure", services: ["compute"], filters: { colour: "red" } });
    const message =
      "no selected resource type has this key; there are region, resource_type, labels.<key>, instance_state, " +
      "network_interfaces, os_disk, power_state, provisioning_state, sku, statuses, upgrade_policy, vm_size";
    expect({ status, body }).toEqual({
      status: 422,
      body: errorBody("VALIDATION_ERROR", `filters.colour: ${message}`, [{ field: "filters.colour", message }]),
    });
  });

  it.each(["constructor", "toString", "labels."])("takes no filter that is called %s", async (key) => {
    const body = `{"services": ["s3"], "filters": {"${key}": "x"}}`;
    expect((await openInventory().ask("/extraction/trigger", { body })).status).toBe(422);
  });

  it.each(["", "{", '{"provider": "aws"', "null", "\u0000"])("refuses %j, which is no JSON object", async (body) => {
    expect((await openInventory().ask("/extraction/trigger", { method: "POST", body })).status).toBe(422);
  });

  it("with the same idempotency key starts one job, and refuses the key for another request", async () => {
    const inventory = openInventory();
    const ask = (json: object) =>
      inventory.ask("/extraction/trigger", { json, headers: { "Idempotency-Key": "nightly" } });
    const [first, second, other] = [await ask({}), await ask({}), await ask({ provider: "aws" })];
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get("Idempotency-Replayed")).toBe("true");
    expect(other.status).toBe(422);
    expect(await inventory.read("/extraction/jobs")).toMatchObject({ total: 1 });
  });
});
