import { array, assert, constantFrom, dictionary, jsonValue, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/connectors/clouds/json.ts";
import { redact } from "../../../src/connectors/clouds/redact.ts";

const HIDDEN = "[redacted]";
const PEM = "-----BEGIN PRIVATE KEY-----\nsynthetic\n-----END PRIVATE KEY-----\n";

const redactItem = (item: Item): Item => redact({ configuration: {}, raw: item, labels: {} }).raw;

/** Checks both sides where a resource is kept, and that the resource itself is left alone. */
function expectRedacted(item: Item, wanted: Item) {
  const before = structuredClone(item);
  const found = { resource_id: "id", configuration: item, raw: { nested: [item] }, labels: {} };
  expect(redact(found)).toEqual({ resource_id: "id", configuration: wanted, raw: { nested: [wanted] }, labels: {} });
  expect(item).toEqual(before);
}

const secrets: [name: string, item: Item, wanted: Item][] = [
  [
    "the variables of a Lambda function",
    { FunctionName: "f", Environment: { Variables: { DB_HOST: "db", FLAG: "true", EMPTY: "" } } },
    { FunctionName: "f", Environment: { Variables: { DB_HOST: HIDDEN, FLAG: "true", EMPTY: "" } } },
  ],
  [
    "variables with names that say nothing",
    { Variables: { fingerprint: "f", items: "i" } },
    { Variables: { fingerprint: HIDDEN, items: HIDDEN } },
  ],
  ["variables as a plain map", { environment: { DB_HOST: "db" } }, { environment: { DB_HOST: HIDDEN } }],
  [
    "the variables of an ECS container, not its references",
    {
      environment: [{ name: "URL", value: "x" }],
      secrets: [{ name: "KEY", valueFrom: "arn:aws:ssm:eu-west-1:1:parameter/k" }],
      environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/file.env" }],
      repositoryCredentials: { credentialsParameter: "arn:aws:secretsmanager:eu-west-1:1:secret:s" },
    },
    {
      environment: [{ name: "URL", value: HIDDEN }],
      secrets: [{ name: "KEY", valueFrom: "arn:aws:ssm:eu-west-1:1:parameter/k" }],
      environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/file.env" }],
      repositoryCredentials: { credentialsParameter: "arn:aws:secretsmanager:eu-west-1:1:secret:s" },
    },
  ],
  [
    "the variables of an App Runner service",
    {
      RuntimeEnvironmentVariables: { A: "b" },
      RuntimeEnvironmentSecrets: { C: "arn:aws:ssm:eu-west-1:1:parameter/c" },
    },
    {
      RuntimeEnvironmentVariables: { A: HIDDEN },
      RuntimeEnvironmentSecrets: { C: "arn:aws:ssm:eu-west-1:1:parameter/c" },
    },
  ],
  [
    "the variables of Cloud Run and Cloud Functions, not their references",
    {
      env: [
        { name: "A", value: "b" },
        { name: "C", valueSource: { secretKeyRef: { secret: "c", version: "1" } } },
      ],
      environmentVariables: { A: "b" },
      secretEnvironmentVariables: [{ key: "C", projectId: "p", secret: "c", version: "latest" }],
      volumes: [{ name: "v", secret: { secret: "c", items: [{ path: "f", version: "1" }] } }],
    },
    {
      env: [
        { name: "A", value: HIDDEN },
        { name: "C", valueSource: { secretKeyRef: { secret: "c", version: "1" } } },
      ],
      environmentVariables: { A: HIDDEN },
      secretEnvironmentVariables: [{ key: "C", projectId: "p", secret: "c", version: "latest" }],
      volumes: [{ name: "v", secret: { secret: "c", items: [{ path: "f", version: "1" }] } }],
    },
  ],
  [
    "the variables and flags of a build step",
    {
      env: ["TOKEN_FILE=a", "MODE"],
      args: ["deploy", "--api-token=abc", "--region=europe-west1"],
      secretEnv: ["PASSWORD"],
    },
    {
      env: [`TOKEN_FILE=${HIDDEN}`, "MODE"],
      args: ["deploy", `--api-token=${HIDDEN}`, "--region=europe-west1"],
      secretEnv: ["PASSWORD"],
    },
  ],
  [
    "user data",
    { UserData: "IyEvYmlu", osProfile: { customData: "I2Nsb3Vk" } },
    { UserData: HIDDEN, osProfile: { customData: HIDDEN } },
  ],
  [
    "the metadata of an instance, where start-up scripts and SSH keys are",
    { metadata: { fingerprint: "f", kind: "compute#metadata", items: [{ key: "startup-script", value: "echo" }] } },
    { metadata: { fingerprint: "f", kind: "compute#metadata", items: [{ key: "startup-script", value: HIDDEN }] } },
  ],
  [
    "the metadata of a node pool",
    {
      config: { machineType: "e2-small", metadata: { "ssh-keys": "u:ssh-rsa A", "disable-legacy-endpoints": "true" } },
    },
    { config: { machineType: "e2-small", metadata: { "ssh-keys": HIDDEN, "disable-legacy-endpoints": "true" } } },
  ],
  [
    "passwords and SSH keys of a virtual machine",
    {
      adminUsername: "root",
      adminPassword: "p",
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: { publicKeys: [{ path: "/home/.ssh", keyData: "ssh-rsa A" }] },
      },
    },
    {
      adminUsername: "root",
      adminPassword: HIDDEN,
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: { publicKeys: [{ path: "/home/.ssh", keyData: HIDDEN }] },
      },
    },
  ],
  [
    "a cluster's master authentication",
    { masterAuth: { username: "admin", password: "p", clientCertificate: "Q0E=", clientKey: "S0VZ" } },
    { masterAuth: { username: "admin", password: HIDDEN, clientCertificate: "Q0E=", clientKey: HIDDEN } },
  ],
  [
    "settings of an app and its connection strings",
    {
      appSettings: [{ name: "MODE", value: "x" }],
      connectionStrings: [{ name: "db", type: "SQLAzure", connectionString: "Server=s" }],
      other: "Server=tcp:s;User ID=u;Password=p;Encrypt=yes",
      bus: "Endpoint=sb://b.test/;SharedAccessKeyName=root;SharedAccessKey=a=",
    },
    {
      appSettings: [{ name: "MODE", value: HIDDEN }],
      connectionStrings: [{ name: "db", type: "SQLAzure", connectionString: HIDDEN }],
      other: `Server=tcp:s;User ID=u;Password=${HIDDEN};Encrypt=yes`,
      bus: `Endpoint=sb://b.test/;SharedAccessKeyName=root;SharedAccessKey=${HIDDEN}`,
    },
  ],
  [
    "headers, bodies and tokens of requests",
    { httpTarget: { uri: "https://a.test/run?token=t&page=2", headers: { "X-Auth": "a" }, body: "e30=" } },
    { httpTarget: { uri: `https://a.test/run?token=${HIDDEN}&page=2`, headers: { "X-Auth": HIDDEN }, body: HIDDEN } },
  ],
  [
    "custom headers of an origin and of a backend",
    {
      CustomHeaders: { Quantity: 1, Items: [{ HeaderName: "X-Origin-Verify", HeaderValue: "v" }] },
      customRequestHeaders: ["X-Origin-Verify: v"],
    },
    {
      CustomHeaders: { Quantity: 1, Items: [{ HeaderName: "X-Origin-Verify", HeaderValue: HIDDEN }] },
      customRequestHeaders: [`X-Origin-Verify: ${HIDDEN}`],
    },
  ],
  [
    "settings of a notification channel",
    {
      labels: {
        url: "https://hooks.slack.com/services/T/B/x",
        auth_token: "a",
        service_key: "k",
        email_address: "a@b.test",
      },
    },
    {
      labels: {
        url: `https://hooks.slack.com/${HIDDEN}`,
        auth_token: HIDDEN,
        service_key: HIDDEN,
        email_address: "a@b.test",
      },
    },
  ],
  ["the address of a webhook", { webhookUrl: "https://a.test/in/7f3a" }, { webhookUrl: `https://a.test/${HIDDEN}` }],
  [
    "tokens of a grant",
    { grant_id: "g", grant_token: "t", GrantTokens: ["t"] },
    { grant_id: "g", grant_token: HIDDEN, GrantTokens: [HIDDEN] },
  ],
  ["the key that pairs an attachment", { pairingKey: "7e51/europe-west1/1" }, { pairingKey: HIDDEN }],
  [
    "a pair whose name is a secret's",
    {
      Tags: [
        { Key: "db-password", Value: "p" },
        { Key: "team", Value: "a" },
      ],
    },
    {
      Tags: [
        { Key: "db-password", Value: HIDDEN },
        { Key: "team", Value: "a" },
      ],
    },
  ],
  [
    "private keys, credentials in addresses and authorization headers wherever they stand",
    { note: PEM, dsn: "postgres://u:p@db.test/x", list: ["Bearer 0123456789abcdef0"] },
    { note: HIDDEN, dsn: `postgres://u:${HIDDEN}@db.test/x`, list: [`Bearer ${HIDDEN}`] },
  ],
  ["numbers that are secrets", { password: 1234, pin: { token: [7] } }, { password: HIDDEN, pin: { token: [HIDDEN] } }],
];

/** Each of these has a word in it that makes others a secret. */
const open: [name: string, item: Item][] = [
  ["ids and ARNs", { AccessKeyId: "AKIA", SecretArn: "arn:aws:secretsmanager:::s", KmsKeyId: "k", key_name: "n" }],
  ["access keys of a user", { access_keys: [{ AccessKeyId: "AKIA", Status: "Active", CreateDate: "2026-01-01" }] }],
  ["names of keys", { KeyName: "k", ec2SshKey: "k", SecretName: "n", signedUrlKeyNames: ["a"] }],
  ["truth values", { apiKeyRequired: true, secret: false, password: null, tokenEnabled: "true" }],
  ["times and counts", { PasswordLastUsed: "2026-01-01", minimumPasswordLength: 14, tokenLifetimeSeconds: 60 }],
  ["choices", { HttpTokens: "required", authorizationType: "NONE", api_key_source_type: "HEADER" }],
  ["who a token is for", { oidcToken: { serviceAccountEmail: "a@p.test", audience: "https://a.test" } }],
  ["where a secret is", { MasterUserSecret: { SecretArn: "arn:aws:secretsmanager:::s", SecretStatus: "active" } }],
  ["names of headers", { Headers: { Quantity: 1, Items: ["Authorization"] }, Cookies: { Forward: "none" } }],
  ["the kind of environment", { environment: "GEN_2", labels: { environment: "prod", env: "dev" } }],
  ["the environment of a Dataflow job", { environment: { serviceAccountEmail: "a@p.test", version: { major: "1" } } }],
  ["the metadata of a metric", { metricDescriptor: { metricKind: "DELTA", metadata: { launchStage: "GA" } } }],
  [
    "networks that may reach a cluster",
    { masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.0.0.0/8" }] } },
  ],
  ["addresses", { endpoint: "https://a.test/x?page=2#top", repository: "https://user@a.test/r.git" }],
  ["what a vault's access policy permits", { permissions: { secrets: ["get", "list"], keys: ["wrapKey"] } }],
  ["the metadata of an instance that has none", { metadata: { fingerprint: "f", kind: "compute#metadata" } }],
  [
    "policy documents",
    {
      policy: {
        Version: "2012-10-17",
        Statement: [{ Condition: { StringEquals: { "aws:PrincipalTag/token": "blue", "sts:ExternalId": "e" } } }],
      },
      bindings: [{ role: "roles/iam.serviceAccountTokenCreator", members: ["user:a@b.test"] }],
    },
  ],
];

describe("redact", () => {
  it.each(secrets)("hides %s", (_name, item, wanted) => expectRedacted(item, wanted));

  it.each(open)("leaves %s alone", (_name, item) => expectRedacted(item, item));

  it("hides labels as it hides the tags in a configuration", () => {
    const labels = { team: "a", password: "p", url: "https://u:p@a.test" };
    const wanted = { team: "a", password: HIDDEN, url: `https://u:${HIDDEN}@a.test` };
    expect(redact({ configuration: { labels }, raw: {}, labels })).toEqual({
      configuration: { labels: wanted },
      raw: {},
      labels: wanted,
    });
  });

  it("changes nothing when it is done twice", () => {
    for (const [, item] of secrets) {
      const once = redactItem(item);
      expect(redactItem(once)).toEqual(once);
    }
  });

  it.each(["?", "a.", " ", "&a", "=", "://a:", "-----BEGIN "])("reads a long text of %j once", (part) => {
    const item = { note: `x=://${part.repeat(200_000)}`, list: [part.repeat(200_000)] };
    expect(redactItem(item)).toEqual(item);
  });

  const secretName = constantFrom(
    ..."password MasterUserPassword client_secret apiKey API_KEY x-api-key sessionToken authToken grantToken".split(
      " ",
    ),
    ..."privateKey SshKeys userData custom_data connectionString sharedAccessKey Authorization credentials".split(" "),
  );
  const neutralName = constantFrom(..."a data list entries Items properties nested 0 __proto__ constructor".split(" "));
  const planted = string({ minLength: 8 }).map((rest) => `planted-${rest}`);

  it("lets no planted secret survive, however deep it lies below and under a secret's name", () => {
    const layers = array(tuple(neutralName, constantFrom("object", "list")), { maxLength: 6 });
    assert(
      property(layers, secretName, layers, planted, (above, name, below, secret) => {
        const item = wrap(above, { [name]: wrap(below, secret) });
        const hidden = redact({ configuration: { item }, raw: { item }, labels: { [name]: secret } });
        expect(JSON.stringify(hidden)).not.toContain("planted-");
      }),
    );
  });

  it("lets no value of an environment survive", () => {
    const maps = constantFrom("Variables", "environmentVariables", "env", "RuntimeEnvironmentVariables", "appSettings");
    assert(
      property(maps, dictionary(string(), planted), (name, variables) => {
        const pairs = Object.entries(variables).map(([key, value]) => ({ name: key, value }));
        const hidden = redactItem({ [name]: variables, containers: [{ [name]: pairs }] });
        const values = Object.fromEntries(Object.keys(variables).map((key) => [key, HIDDEN]));
        expect(hidden).toEqual({
          [name]: values,
          containers: [{ [name]: pairs.map((pair) => ({ ...pair, value: HIDDEN })) }],
        });
      }),
    );
  });

  it("changes nothing that no secret's name stands above", () => {
    const plainText = string().map((text) => text.replaceAll(/[:=;]/g, ""));
    const values = jsonValue({ maxDepth: 4 }).map((value) => rename(value));
    assert(
      property(neutralName, values, plainText, (name, value, text) => {
        const item = { [`${name}Name`]: value, text };
        expect(redactItem(item)).toEqual(item);
      }),
    );
  });
});

const wrap = (layers: [string, string][], value: unknown): unknown =>
  layers.reduceRight<unknown>((inner, [name, kind]) => (kind === "list" ? [inner] : { [name]: inner }), value);

/** The same value with names and texts that say nothing. */
function rename(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/[:=;]/g, "");
  if (Array.isArray(value)) return value.map(rename);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.values(value).map((entry, index) => [`field${index}`, rename(entry)]));
}
