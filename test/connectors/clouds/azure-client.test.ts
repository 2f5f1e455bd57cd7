import { describe, expect, test } from "vitest";
import { azureEndpoints } from "../../../src/connectors/clouds/azure/endpoints.ts";
import { azure } from "../../../src/connectors/clouds/azure/index.ts";
import type { OpenCloud } from "../../../src/connectors/clouds/cloud.ts";
import { CloudRefusal } from "../../../src/connectors/clouds/errors.ts";
import type { Found } from "../../../src/connectors/clouds/service.ts";
import { openWorld, type TestWorld } from "../../support/azure-server/client.ts";
import { createWorld, type Fault, type WorldOptions } from "../../support/azure-server/world.ts";
import { extractShard, shardOf } from "../../support/extract.ts";

const VAULTS = "/providers/Microsoft.KeyVault/vaults";
const NETWORKS = "/providers/Microsoft.Network/virtualNetworks";
const { subscription } = createWorld({});

const extract = async (world: TestWorld, service: string, cloud?: OpenCloud) =>
  extractShard(cloud ?? (await world.open()), service, shardOf(world.account, null));

/** Takes faulty steps again until all is done, as a job does after its wait. */
async function extractPatiently(world: TestWorld, service: string): Promise<Found[]> {
  const cloud = await world.open();
  const shard = shardOf(world.account, null);
  const found: Found[] = [];
  const tasks = await cloud.start(service, shard);
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    const step = await cloud.step(service, JSON.parse(JSON.stringify(task)), shard);
    found.push(...step.found);
    tasks.push(...step.next);
  }
  return found;
}

const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => expect.unreachable("it was answered"),
    (error: unknown) => error,
  );

const tokensAsked = async (world: TestWorld) =>
  (await world.requests()).filter((line) => line.endsWith("/oauth2/v2.0/token")).length;

const refusal = (status: number, code: string, message = "why") => ({
  status,
  body: JSON.stringify({ error: { code, message } }),
});

describe("the token", () => {
  test("is asked for once for all calls of an opened account", async () => {
    const world = await openWorld();
    const cloud = await world.open();
    await Promise.all(["network", "storage", "sql"].map((service) => extract(world, service, cloud)));
    expect(await tokensAsked(world)).toBe(1);
  });

  test("is asked for again in the last minute of its life", async () => {
    const world = await openWorld({ expires_in: 3600 });
    const cloud = await world.open();
    await cloud.account();
    world.clock.now += 3_539_000;
    await cloud.account();
    expect(await tokensAsked(world)).toBe(1);
    world.clock.now += 1000;
    await cloud.account();
    expect(await tokensAsked(world)).toBe(2);
  });

  test("that Azure no longer takes is a fault, after which the next try has a new one", async () => {
    const world = await openWorld();
    const cloud = await world.open();
    await cloud.account();
    await world.change({ revoke: true });
    expect(await failure(cloud.account())).toMatchObject({ status: 502, retry_after: 1 });
    expect(await cloud.account()).toBe(world.account);
    expect(await tokensAsked(world)).toBe(2);
  });

  test.for<[name: string, wrong: Record<string, string>, reason: string]>([
    ["secret", { client_secret: "s3cr3t-of-mine" }, "azure token: invalid_client - AADSTS7000215"],
    ["application", { client_id: "another" }, "azure token: unauthorized_client - AADSTS700016"],
    ["directory", { tenant_id: "other.example" }, "azure token: invalid_tenant - AADSTS90002"],
  ])("is refused for a wrong %s, by a reason without the secret", async ([, wrong, reason]) => {
    const world = await openWorld();
    const error = await failure((await world.open({ ...world.credentials, ...wrong })).account());
    expect(error).toBeInstanceOf(CloudRefusal);
    expect(error).toHaveProperty("message", reason);
  });

  test.for<[name: string, fault: Omit<Fault, "on">, expected: Record<string, unknown>]>([
    ["asks to wait", { status: 429, headers: { "Retry-After": "9" } }, { status: 429, retry_after: 9 }],
    ["fails", { status: 503 }, { status: 502, retry_after: 1 }],
    ["answers a page for people", { body: "<html>hello</html>" }, { status: 502, retry_after: 1 }],
    ["gives no token", { body: '{"expires_in":3600}' }, { status: 502, retry_after: 1 }],
    ["says no lifetime", { body: '{"access_token":"x"}' }, { status: 502, retry_after: 1 }],
  ])("may be asked for again when its endpoint %s", async ([, fault, expected]) => {
    const world = await openWorld({ faults: [{ on: "oauth2", times: 1, ...fault }] });
    const cloud = await world.open();
    expect(await failure(cloud.account())).toMatchObject(expected);
    expect(await cloud.account()).toBe(world.account);
  });
});

describe("a call", () => {
  test.for<[name: string, fault: Omit<Fault, "on">, expected: Record<string, unknown>]>([
    [
      "throttled with a time to wait",
      { ...refusal(429, "TooManyRequests"), headers: { "Retry-After": "17" } },
      { status: 429, code: "RATE_LIMITED", retry_after: 17 },
    ],
    ["throttled without one", refusal(429, "SubscriptionRequestsThrottled"), { status: 429, retry_after: 2 }],
    ["throttled under another status", refusal(503, "ServerBusy"), { status: 429, retry_after: 2 }],
    ["answered by a failure", refusal(500, "InternalServerError"), { status: 502, retry_after: 1 }],
    ["answered by a gateway", { status: 502, body: "<html>Bad Gateway</html>" }, { status: 502, retry_after: 1 }],
    ["answered too late", refusal(408, "RequestTimeout"), { status: 502, retry_after: 1 }],
    ["answered by text", { body: "maintenance" }, { status: 502, retry_after: 1 }],
    ["answered by half a page", { body: '{"value":[{"id":"/subscr' }, { status: 502, retry_after: 1 }],
    ["answered without its list", { body: '{"message":"later"}' }, { status: 502, retry_after: 1 }],
    // The runtime itself repeats a request whose connection closes.
    ["cut off", { disconnect: true, times: 100 }, { status: 502, retry_after: 1 }],
  ])("%s is a fault, and then works", async ([, fault, expected]) => {
    const world = await openWorld({ faults: [{ on: VAULTS, ...fault }] });
    const cloud = await world.open();
    const [task] = await cloud.start("keyvault", shardOf(world.account, null));
    if (!task) return expect.unreachable("nothing to do");
    const step = await cloud.step("keyvault", task, shardOf(world.account, null));
    expect(step).toMatchObject({ found: [], next: [task], failures: [] });
    expect(step.fault).toMatchObject(expected);
    await world.change({ faults: [] });
    expect((await extract(world, "keyvault", cloud)).found).toHaveLength(1);
  });

  test.for<[status: number, code: string]>([
    [403, "AuthorizationFailed"],
    [404, "SubscriptionNotFound"],
    [400, "InvalidApiVersionParameter"],
    [401, "InvalidAuthenticationToken"],
  ])("refused with %i names the listing and the reason, and the others go on", async ([status, code]) => {
    const world = await openWorld({ faults: [{ on: NETWORKS, ...refusal(status, code) }] });
    const { found, failures } = await extract(world, "network");
    expect(failures).toEqual([`${NETWORKS}: ${code} - why`]);
    expect(Object.keys(Object.groupBy(found, ({ resource_type }) => resource_type))).toEqual([
      "azure:network:nsg",
      "azure:network:load-balancer",
    ]);
  });

  test("refused in the words of App Service names them", async () => {
    const body = JSON.stringify({ Code: "Forbidden", Message: "Not yours." });
    const world = await openWorld({ faults: [{ on: "Microsoft.Web/sites", status: 403, body }] });
    expect((await extract(world, "web")).failures).toEqual(["/providers/Microsoft.Web/sites: Forbidden - Not yours."]);
  });

  test("refused without words names the status", async () => {
    const world = await openWorld({ faults: [{ on: VAULTS, status: 403, body: "" }] });
    expect((await extract(world, "keyvault")).failures).toEqual([`${VAULTS}: HTTP 403`]);
  });

  test("to a provider that the subscription never used finds nothing there", async () => {
    const world = await openWorld({ faults: [{ on: VAULTS, ...refusal(409, "MissingSubscriptionRegistration") }] });
    expect(await extract(world, "keyvault")).toMatchObject({ found: [], failures: [] });
  });

  test("for a machine that is gone meanwhile leaves its state empty", async () => {
    const world = await openWorld({ faults: [{ on: "/instanceView", ...refusal(404, "ResourceNotFound") }] });
    const { found, failures } = await extract(world, "compute");
    expect(failures).toEqual([]);
    const machine = found.find(({ resource_type }) => resource_type === "azure:compute:virtual-machine");
    expect(machine?.configuration).toMatchObject({ vm_size: "Standard_DS3_v2", power_state: null, statuses: null });
  });

  test("for a detail that was throttled is made again alone", async () => {
    const world = await openWorld({
      page_size: 100,
      faults: [{ on: "sto1125/blobServices", times: 1, ...refusal(429, "TooManyRequests") }],
    });
    const found = await extractPatiently(world, "storage");
    expect(found).toHaveLength(6);
    const asked = (await world.requests()).filter((line) => line.includes("blobServices"));
    expect(asked).toHaveLength(7);
  });
});

describe("a subscription on a bad day", () => {
  const spoiled: Fault[] = [
    { on: "$skiptoken", times: 3, ...refusal(429, "TooManyRequests") },
    { on: "$skiptoken", times: 3, ...refusal(503, "ServiceUnavailable") },
    { on: "firewallRules", times: 2, body: '{"value":[' },
    { on: "/databases", times: 2, ...refusal(500, "InternalServerError") },
    { on: "blobServices", times: 4, ...refusal(429, "TooManyRequests") },
    { on: "roleDefinitions", times: 2, ...refusal(504, "GatewayTimeout") },
  ];

  test.for(["authorization", "compute", "network", "sql", "storage", "web"])(
    "brings the same of %s as on a good one",
    async (service) => {
      const good = await openWorld();
      const bad = await openWorld({ faults: spoiled });
      const byId = (one: Found, other: Found) => one.resource_id.localeCompare(other.resource_id);
      const { found } = await extract(good, service);
      expect((await extractPatiently(bad, service)).toSorted(byId)).toEqual(found.toSorted(byId));
      expect((await bad.requests()).length).toBeGreaterThan((await good.requests()).length);
    },
  );
});

describe("an answer that lies", () => {
  const withLink = (nextLink: string): WorldOptions => ({
    answers: { [VAULTS]: { value: [{ id: `/subscriptions/${subscription}/resourceGroups/a${VAULTS}/v` }], nextLink } },
  });

  test.for([
    "https://attacker.example/subscriptions",
    "http://127.0.0.1:9/subscriptions",
    "https://management.azure.com/subscriptions",
    "//attacker.example/",
    "not a link",
  ])("by the next page at %s keeps what it brought, and the token stays home", async (link) => {
    const world = await openWorld(withLink(link));
    const asked: string[] = [];
    world.io.fetch = (input, init) => {
      asked.push(new URL(input instanceof Request ? input.url : input).origin);
      return fetch(input, init);
    };
    const { found, failures } = await extract(world, "keyvault");
    expect(found).toHaveLength(1);
    expect(failures).toEqual([`${VAULTS}: ForeignAddress - the answer leads to another host`]);
    expect(new Set(asked)).toEqual(new Set([new URL(world.io.endpoints.AZURE_ENDPOINT_URL).origin]));
  });

  test.for(["@attacker.example/x", ".attacker.example/x", "https://attacker.example/x", "/a/../x"])(
    "by a server whose id is %s is not followed",
    async (id) => {
      const world = await openWorld({ answers: { "/providers/Microsoft.Sql/servers": { value: [{ id }] } } });
      const asked: string[] = [];
      world.io.fetch = (input, init) => {
        asked.push(new URL(input instanceof Request ? input.url : input).origin);
        return fetch(input, init);
      };
      const { failures } = await extract(world, "sql");
      const reason = "ForeignAddress - the answer leads to another host";
      expect(failures.toSorted()).toEqual([`${id}/databases: ${reason}`, `${id}/firewallRules: ${reason}`]);
      expect(new Set(asked)).toEqual(new Set([new URL(world.io.endpoints.AZURE_ENDPOINT_URL).origin]));
    },
  );

  test("by a next page that is the same page ends in a fault, not in a circle", async () => {
    const world = await openWorld();
    const link = `${world.io.endpoints.AZURE_ENDPOINT_URL}/subscriptions/${subscription}${VAULTS}?api-version=2019-09-01&round=1`;
    await world.change(withLink(link));
    expect(await failure(extract(world, "keyvault"))).toMatchObject({ status: 502, code: "UPSTREAM_ERROR" });
  });

  test("by a redirect does not take the token to another host", async () => {
    const fault = { status: 302, headers: { Location: "https://attacker.example/" } };
    const world = await openWorld({ faults: [{ on: VAULTS, ...fault }] });
    expect((await extract(world, "keyvault")).failures).toEqual([`${VAULTS}: HTTP 302`]);
  });
});

describe("an account", () => {
  test("is the subscription, as Azure says", async () => {
    const world = await openWorld();
    const cloud = await world.open();
    expect(await cloud.account()).toBe(world.account);
    expect(await cloud.regions()).toEqual([]);
  });

  test("that the service principal may not see is refused", async () => {
    const world = await openWorld();
    const cloud = await azure.open("00000000-1111-2222-3333-444444444444", world.credentials, world.io);
    expect(await failure(cloud.account())).toMatchObject({ status: 404, code: "SubscriptionNotFound" });
  });

  test.for(["", "my-subscription", "../../tenants", "6f1c1f4e9a0f4a3e8d7e2b9f5a1c3d4e"])(
    "is not opened under the id %j",
    async (account) => {
      const { credentials, io } = await openWorld();
      expect(await failure(azure.open(account, credentials, io))).toMatchObject({
        status: 422,
        errors: [{ field: "account", message: "is not the id of a subscription" }],
      });
    },
  );

  test.for<[Record<string, unknown>, string[]]>([
    [{}, ["tenant_id", "client_id", "client_secret"]],
    [{ tenant_id: "a/../b", client_id: "x", client_secret: "y" }, ["tenant_id"]],
    [{ tenant_id: "contoso.example", client_id: "", client_secret: "" }, ["client_id", "client_secret"]],
    [{ tenant_id: 7, client_id: null, client_secret: ["y"] }, ["tenant_id", "client_id", "client_secret"]],
  ])("is not opened with the credentials %j", async ([credentials, fields]) => {
    const world = await openWorld();
    const error = await failure(world.open(credentials));
    expect(error).toMatchObject({ status: 422, errors: fields.map((field) => ({ field })) });
  });

  test.for<[string, boolean]>([
    ["eastus", true],
    ["westus2", true],
    ["centraluseuap", true],
    ["us-east-1", false],
    ["East US", false],
    ["", false],
  ])("%s as a region: %s", ([region, expected]) => {
    expect(azure.isRegion(region)).toBe(expected);
  });
});

describe("endpoints", () => {
  const none = { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" };

  test("are those of the public cloud when none are configured", () => {
    expect(azureEndpoints(none)).toEqual({
      manager: "https://management.azure.com",
      authority: "https://login.microsoftonline.com",
      token_scope: "https://management.azure.com/.default",
    });
  });

  test("of a sovereign cloud bring their own authority and scope", () => {
    expect(azureEndpoints({ ...none, AZURE_ENDPOINT_URL: "https://management.usgovcloudapi.net/" })).toEqual({
      manager: "https://management.usgovcloudapi.net",
      authority: "https://login.microsoftonline.us",
      token_scope: "https://management.usgovcloudapi.net/.default",
    });
  });

  test("of a proxy keep the scope of the public cloud", () => {
    const configured = {
      AZURE_ENDPOINT_URL: "http://127.0.0.1:1/arm/",
      AZURE_AUTHORITY_URL: "http://127.0.0.1:1/login",
    };
    expect(azureEndpoints({ ...none, ...configured })).toEqual({
      manager: "http://127.0.0.1:1/arm",
      authority: "http://127.0.0.1:1/login",
      token_scope: "https://management.azure.com/.default",
    });
  });
});
