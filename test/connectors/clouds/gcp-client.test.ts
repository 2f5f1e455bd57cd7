import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import type { CloudIo } from "../../../src/connectors/clouds/cloud.ts";
import { urlOf } from "../../../src/connectors/clouds/gcp/client.ts";
import { gcp } from "../../../src/connectors/clouds/gcp/index.ts";
import type { WorldOptions } from "../../support/gcp-server/world.ts";
import { extractShard, shardOf } from "../../support/extract.ts";
import { openGcpWorld } from "../../support/gcp-server/client.ts";

const TOPICS = "/pubsub.googleapis.com/v1/projects/test-project/topics";
const SHARD = shardOf("test-project", null);
const listTopics = { listing: "topics", parent: {}, token: null };

/** Takes the first page of the project's topics, with the answer that a test wants. */
async function askTopics(options: WorldOptions) {
  const world = await openGcpWorld({ answers: "synthetic", ...options });
  const cloud = await world.open();
  return { world, cloud, step: await cloud.step("pubsub", listTopics, SHARD) };
}

/** Google's form of an error (google.rpc.Status). */
const errorBody = (code: number, status: string, message: string, reason?: string) => ({
  error: { code, status, message, ...(reason && { details: [{ reason }] }) },
});

describe("the token", () => {
  test("is asked for once by calls that start together, and again only before it ends", async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    let now = Date.now();
    const io: CloudIo = { ...world.io, now: () => now };
    const cloud = await gcp.open("test-project", { service_account: world.serviceAccount }, io);
    const count = async () => (await world.log()).requests.filter(({ method }) => method === "token").length;
    await Promise.all([1, 2, 3].map(() => cloud.step("pubsub", listTopics, SHARD)));
    expect(await count()).toBe(1);
    now += 3_400_000;
    await cloud.step("pubsub", listTopics, SHARD);
    expect(await count()).toBe(1);
    now += 100_000;
    await cloud.step("pubsub", listTopics, SHARD);
    expect(await count()).toBe(2);
  });

  test("is asked for by an assertion for the whole platform, signed with the key's id, that lives an hour", async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    const bodies: string[] = [];
    const io: CloudIo = {
      ...world.io,
      fetch: async (input, init) => {
        if (init?.body instanceof URLSearchParams) bodies.push(init.body.toString());
        return fetch(input, init);
      },
    };
    const cloud = await gcp.open("test-project", { service_account: world.serviceAccount }, io);
    expect(await cloud.step("pubsub", listTopics, SHARD)).toMatchObject({ failures: [] });
    const assertion = new URLSearchParams(bodies[0]).get("assertion") ?? "";
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    const { iat = 0, ...claims } = decodeJwt(assertion);
    expect(claims).toEqual({
      iss: "reader@test-project.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: "https://oauth2.googleapis.com/token",
      exp: iat + 3600,
    });
  });

  test("is refused to another key, which is named neither by its PEM nor by the assertion", async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    const pair = await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
      true,
      ["sign", "verify"],
    );
    if (!("privateKey" in pair)) return expect.unreachable("RSA keys come in pairs");
    const exported = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
    if (!(exported instanceof ArrayBuffer)) return expect.unreachable("PKCS #8 is bytes");
    const base64 = btoa(String.fromCharCode(...new Uint8Array(exported)));
    const private_key = `-----BEGIN PRIVATE KEY-----\n${base64.replaceAll(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
    const cloud = await gcp.open("p", { service_account: { ...world.serviceAccount, private_key } }, world.io);
    const step = await cloud.step("pubsub", listTopics, SHARD);
    expect(step).toEqual({
      found: [],
      next: [],
      failures: ["oauth2.googleapis.com/token: invalid_grant - Invalid JWT Signature."],
    });
  });

  test("that is not one is a fault of the token endpoint", async () => {
    const replies = [{ on: "/oauth2.googleapis.com/token", body: { access_token: "", expires_in: 3600 } }];
    const { step } = await askTopics({ replies });
    expect(step).toMatchObject({ next: [listTopics], fault: { status: 502, retry_after: 1 } });
  });
});

describe("credentials", () => {
  const parse = (value: unknown) => gcp.credentials.safeParse({ service_account: value });

  test("are a key file as an object or as its text, and show their address", async () => {
    const { serviceAccount } = await openGcpWorld();
    const { type: _type, ...known } = serviceAccount;
    const expected = {
      client_email: serviceAccount["client_email"],
      service_account: { ...known, type: "service_account" },
    };
    expect(parse(serviceAccount).data).toEqual(expected);
    expect(parse(JSON.stringify(serviceAccount)).data).toEqual(expected);
    expect(gcp.credentials.parse(expected)).toEqual(expected);
    expect(gcp.shown).toEqual(["client_email"]);
  });

  test("have Google's token endpoint when they name none", async () => {
    const { token_uri: _uri, ...rest } = (await openGcpWorld()).serviceAccount;
    expect(parse(rest).data).toMatchObject({ service_account: { token_uri: "https://oauth2.googleapis.com/token" } });
  });

  test.for<[string, unknown]>([
    ["text that is not JSON", "{nearly"],
    ["JSON that is not an object", "[1]"],
    ["nothing", undefined],
    ["a key without an address", { private_key: "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----" }],
    ["a text that is not a PEM", { client_email: "a@example.org", private_key: "secret-key" }],
    ["a user's credentials", { type: "authorized_user", client_email: "a@example.org", private_key: "secret-key" }],
  ])("are refused when they are %s, without their values", async ([, value]) => {
    const io = (await openGcpWorld()).io;
    const error = await gcp.open("test-project", { service_account: value }, io).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 422,
      errors: expect.arrayContaining([expect.objectContaining({ field: expect.stringMatching(/^service_account/) })]),
    });
    expect(JSON.stringify(error)).not.toMatch(/secret-key|nearly/);
  });

  test.for(["http://oauth2.googleapis.com/token", "https://example.org/token", "https://notgoogle.com/", "token"])(
    "are refused when they send the assertion to %s",
    async (token_uri) => {
      const { io, serviceAccount } = await openGcpWorld();
      await expect(gcp.open("p", { service_account: { ...serviceAccount, token_uri } }, io)).rejects.toMatchObject({
        status: 422,
        errors: [{ field: "service_account.token_uri", message: "must be a https address of Google" }],
      });
    },
  );

  test("are refused when the PEM does not parse", async () => {
    const { io, serviceAccount } = await openGcpWorld();
    const private_key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
    await expect(gcp.open("p", { service_account: { ...serviceAccount, private_key } }, io)).rejects.toMatchObject({
      status: 422,
      errors: [{ field: "service_account.private_key", message: "is not an RSA private key in PEM (PKCS #8)" }],
    });
  });
});

describe("an answer", () => {
  test.for<[name: string, status: number, body: unknown, message: string]>([
    [
      "of an API that is off",
      403,
      errorBody(403, "PERMISSION_DENIED", "Pub/Sub is disabled", "SERVICE_DISABLED"),
      "SERVICE_DISABLED - Pub/Sub is disabled",
    ],
    ["that denies", 403, errorBody(403, "PERMISSION_DENIED", "No"), "PERMISSION_DENIED - No"],
    [
      "that denies in the form of older APIs",
      403,
      { error: { code: 403, message: "No", errors: [{ reason: "forbidden", domain: "global" }] } },
      "forbidden - No",
    ],
    ["that knows no such project", 404, errorBody(404, "NOT_FOUND", "Unknown"), "NOT_FOUND - Unknown"],
    ["without a body", 400, "", "HTTP 400"],
  ])("%s ends the task with its reason", async ([, status, body, message]) => {
    const { step } = await askTopics({ replies: [{ on: TOPICS, status, body }] });
    const failures = [`pubsub.googleapis.com/v1/projects/test-project/topics: ${message}`];
    expect(step).toEqual({ found: [], next: [], failures });
  });

  test.for<[name: string, status: number, body: unknown]>([
    ["status 429", 429, errorBody(429, "RESOURCE_EXHAUSTED", "Slow")],
    ["a limit under status 403", 403, errorBody(403, "PERMISSION_DENIED", "Slow", "RATE_LIMIT_EXCEEDED")],
    ["an older API's limit", 403, { error: { code: 403, errors: [{ reason: "rateLimitExceeded" }] } }],
    ["an older API's quota", 403, { error: { code: 403, errors: [{ reason: "quotaExceeded" }] } }],
  ])("with %s asks to slow down", async ([, status, body]) => {
    const { step } = await askTopics({ replies: [{ on: TOPICS, status, body, headers: { "Retry-After": "17" } }] });
    expect(step).toMatchObject({ next: [listTopics], failures: [], fault: { status: 429, retry_after: 17 } });
  });

  test.for<[name: string, reply: object]>([
    ["an internal error", { status: 500, body: errorBody(500, "INTERNAL", "Oops") }],
    ["a page of HTML with status 503", { status: 503, content: "<html>down</html>" }],
    ["a page of HTML with status 200", { content: "<html>maintenance</html>" }],
    ["an answer that is cut off", { content: '{"topics": [{"name": "proj' }],
    ["a list instead of an object", { content: "[]" }],
    ["a redirect", { status: 302, headers: { Location: "https://example.org/" } }],
    ["a closed connection", { cut: true }],
  ])("that is %s may be tried again, and then works", async ([, reply]) => {
    const { world, cloud, step } = await askTopics({ replies: [{ on: TOPICS, ...reply }] });
    expect(step).toMatchObject({ next: [listTopics], failures: [], fault: { status: 502, retry_after: 1 } });
    await world.change({ replies: [] });
    expect((await cloud.step("pubsub", listTopics, SHARD)).found).toHaveLength(2);
  });

  test("that fails on a later page is asked for again from that page", async () => {
    const replies = [{ on: `${TOPICS}?pageSize=1000&pageToken=`, status: 503, times: 1 }];
    const { cloud, step } = await askTopics({ replies });
    const [rest] = step.next;
    if (!rest) return expect.unreachable("there is a second page");
    const failed = await cloud.step("pubsub", rest, SHARD);
    expect(failed).toMatchObject({ found: [], next: [rest], fault: { status: 502 } });
    const again = await cloud.step("pubsub", rest, SHARD);
    expect([...step.found, ...again.found].map(({ configuration }) => configuration["name"])).toEqual(
      [1, 2, 3].map((place) => `projects/test-project/topics/topics-${place}`),
    );
  });

  test("whose next page is the page itself is malformed instead of endless", async () => {
    const replies = [{ on: TOPICS, body: { topics: [], nextPageToken: "again" } }];
    const { cloud, step } = await askTopics({ replies });
    expect(step.next).toEqual([{ ...listTopics, token: "again" }]);
    const again = await cloud.step("pubsub", { ...listTopics, token: "again" }, SHARD);
    expect(again).toMatchObject({ fault: { status: 502 } });
  });

  test.for<[name: string, body: object, missing: string]>([
    ["by AIP-217", { unreachable: ["projects/p/locations/us-east1"] }, "projects/p/locations/us-east1"],
    ["as Compute Engine does", { unreachables: ["zones/us-east1-b"] }, "zones/us-east1-b"],
    ["as Kubernetes Engine does", { missingZones: ["us-east1-b"] }, "us-east1-b"],
    ["as Bigtable does", { failedLocations: ["us-east1-b"] }, "us-east1-b"],
    ["as Dataflow does", { failedLocation: [{ name: "us-east1" }] }, "us-east1"],
    [
      "in an aggregated list",
      {
        items: {
          "zones/us-east1-b": { warning: { code: "UNREACHABLE" } },
          global: { warning: { code: "NO_RESULTS_ON_PAGE" } },
        },
      },
      "zones/us-east1-b",
    ],
  ])("that names what it leaves out, %s, is reported", async ([, body, missing]) => {
    const { step } = await askTopics({ replies: [{ on: TOPICS, body }] });
    expect(step).toEqual({ found: [], next: [], failures: [`topics: ${missing} could not be reached`] });
  });
});

describe("an API that is switched off", () => {
  test("has nothing to extract", async () => {
    const world = await openGcpWorld({ answers: "synthetic", off: ["pubsub.googleapis.com"] });
    const cloud = await world.open();
    expect(await cloud.start("pubsub", SHARD)).toEqual([]);
    expect(await cloud.start("spanner", SHARD)).not.toEqual([]);
    expect((await world.log()).requests.map(({ path }) => path)).toContain(
      "/v1/projects/test-project/services/pubsub.googleapis.com",
    );
  });

  test.for<[name: string, reply: object]>([
    ["is not told", { status: 403, body: errorBody(403, "PERMISSION_DENIED", "No") }],
    ["cannot be asked about", { status: 500 }],
  ])("is asked itself when it %s", async ([, reply]) => {
    const replies = [{ on: "/serviceusage.googleapis.com/", ...reply }];
    const world = await openGcpWorld({ answers: "synthetic", off: ["pubsub.googleapis.com"], replies });
    const { failures } = await extractShard(await world.open(), "pubsub", SHARD);
    const reason =
      "SERVICE_DISABLED - pubsub.googleapis.com has not been used in this project before or it is disabled.";
    expect(failures).toEqual(
      ["topics", "subscriptions"].map((list) => `${TOPICS.slice(1, -"topics".length)}${list}: ${reason}`),
    );
  });
});

describe("the project", () => {
  test("is the one that Google knows by its number", async () => {
    const body = { projectId: "test-project", projectNumber: "1234" };
    const world = await openGcpWorld({
      replies: [{ on: "/cloudresourcemanager.googleapis.com/v1/projects/1234", body }],
    });
    expect(await (await world.open("1234")).account()).toBe("test-project");
  });

  test("is the one that was named when its own entry may not be read", async () => {
    expect(await (await (await openGcpWorld()).open()).account()).toBe("test-project");
  });
});

describe("an address", () => {
  const urlFor = (path: string, endpoint = "") => {
    const endpoints = {
      AWS_ENDPOINT_URL: "",
      AZURE_ENDPOINT_URL: "",
      AZURE_AUTHORITY_URL: "",
      GCP_ENDPOINT_URL: endpoint,
    };
    const query = { a: "x&y", b: undefined, c: ["1", "2"], d: true };
    return urlOf({ fetch, now: () => 0, endpoints }, { api: "dns.googleapis.com", path, query }).href;
  };

  test("is the API's own, with names encoded part by part", () => {
    expect(urlFor("/v1/projects/example.org:p/zones/ü/rrsets/a b?c")).toBe(
      "https://dns.googleapis.com/v1/projects/example.org:p/zones/%C3%BC/rrsets/a%20b%3Fc?a=x%26y&c=1&c=2&d=true",
    );
  });

  test("has the API's host as its first part below a configured endpoint", () => {
    expect(urlFor("/v1/a", "http://127.0.0.1:9/x/")).toBe(
      "http://127.0.0.1:9/x/dns.googleapis.com/v1/a?a=x%26y&c=1&c=2&d=true",
    );
  });

  test("never leaves its API by a name that is a step upwards", () => {
    expect(() => urlFor("/v1/projects/../../other")).toThrow("INVALID_NAME");
  });
});
