/**
 * Writes `src/domains/inventory/recordings`: what the test servers of the three clouds answer to an extraction of
 * everything. Run by hand, with the Python packages moto[server] and boto3: `npx node test/support/record-clouds.ts`
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudProvider } from "../../src/connectors/clouds/artifact.ts";
import type { OpenCloud } from "../../src/connectors/clouds/cloud.ts";
import { clouds } from "../../src/connectors/clouds/clouds.ts";
import { asksForToken, identifyRequest } from "../../src/domains/inventory/recorded-request.ts";
import type { Recording } from "../../src/domains/inventory/recording.ts";
import { startMoto } from "./aws/moto.ts";
import { startAzureServer } from "./azure-server/server.ts";
import { syntheticAnswers } from "./azure-server/synthetic.ts";
import { createWorld } from "./azure-server/world.ts";
import { extractShard, shardOf } from "./extract.ts";
import { startGcpServer } from "./gcp-server/server.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "src/domains/inventory/recordings");
const PUBLIC = { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" };

const MOST_ATTEMPTS = 3;

/** Passes a request to a cloud's public host on to a test server, and answers as the public host would. */
type Sender = (request: Request) => Promise<{ status: number; body: string }>;

/** Asks a cloud through `send` and keeps what it says. */
async function record(provider: CloudProvider, account: string, credentials: Record<string, unknown>, send: Sender) {
  const answers: Recording["answers"] = {};
  const cloud = await clouds[provider].open(account, credentials, {
    now: Date.now,
    endpoints: PUBLIC,
    async fetch(input, init) {
      const request = new Request(input, init);
      const asked = await identifyRequest(request);
      const isToken = asksForToken(request);
      const { status, body } = await send(request);
      if (!isToken) answers[asked] = [status, body];
      return new Response(body, { status });
    },
  });
  return { cloud, answers };
}

/** Extracts services in their regions; answers how many resources each has. */
async function extractServices(
  provider: CloudProvider,
  cloud: OpenCloud,
  services: readonly string[],
  regions: readonly string[],
): Promise<Map<string, number>> {
  const account = await cloud.account();
  const counts = new Map<string, number>();
  for (const service of services) {
    const isRegional = clouds[provider].services.get(service)?.scope === "regional";
    for (const region of isRegional ? regions : [null]) {
      const { found, failures } = await extractShard(cloud, service, shardOf(account, region));
      for (const failure of failures) console.log(`${provider} ${service}: ${failure}`);
      counts.set(service, (counts.get(service) ?? 0) + found.length);
    }
  }
  return counts;
}

function write(provider: CloudProvider, recording: Recording): void {
  const { answers, ...head } = recording;
  const lines = Object.entries(answers)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([asked, answer]) => `${JSON.stringify(asked)}:${JSON.stringify(answer)}`);
  const text = `${JSON.stringify(head).slice(0, -1)},"answers":{\n${lines.join(",\n")}\n}}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${provider}.json`), text);
  console.log(`${provider}: ${lines.length} answers, ${text.length} characters`);
}

async function pass(request: Request, url: string): Promise<{ status: number; body: string }> {
  const { method, headers } = request;
  const content = method === "GET" ? null : await request.text();
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { method, headers, body: content, redirect: "manual" });
    const body = await response.text();
    // moto fails now and then when it is asked for several things at once.
    if (response.status < 500 || attempt === MOST_ATTEMPTS) return { status: response.status, body };
  }
}

async function putWorld(url: string, options: object): Promise<void> {
  const response = await fetch(url, { method: "PUT", body: JSON.stringify(options) });
  await response.body?.cancel();
}

/** The regions of the document's examples; the recorded account has no others. */
const AWS_REGIONS = ["us-east-1", "us-west-2"];
const OTHER_REGIONS = new RegExp(
  `<item>(?:(?!</item>)[^])*<regionName>(?!(?:${AWS_REGIONS.join("|")})<)[^]*?</item>`,
  "g",
);

async function recordAws(): Promise<void> {
  const moto = await startMoto();
  try {
    moto.run("seed.py", ...AWS_REGIONS);
    const keys = { access_key_id: "RECORDEDRECORDED", secret_access_key: "recorded" };
    const { cloud, answers } = await record("aws", "123456789012", keys, async (request) => {
      const made = await synthesised(request);
      if (made) return made;
      const url = new URL(request.url);
      const answer = await pass(request, `${moto.url}${url.pathname}${url.search}`);
      // Made up as they are, access keys of this form alarm those who look for leaked ones.
      return { ...answer, body: answer.body.replaceAll(OTHER_REGIONS, "").replaceAll(/AKIA\w{16}/g, "recorded") };
    });
    const account = await cloud.account();
    const regions = await cloud.regions();
    console.log(await extractServices("aws", cloud, [...clouds.aws.services.keys()], regions));
    write("aws", { account, regions, answers });
  } finally {
    await moto.stop();
  }
}

async function recordAzure(): Promise<void> {
  const server = await startAzureServer();
  try {
    const { subscription, tenant_id, client_id, client_secret } = createWorld({});
    const base = `${server.url}/worlds/recorded`;
    const sites = Object.entries(syntheticAnswers(subscription)).filter(([path]) => path.includes("/sites"));
    await putWorld(`${server.url}/control/worlds/recorded`, { page_size: 3, answers: Object.fromEntries(sites) });
    const credentials = { tenant_id, client_id, client_secret };
    const { cloud, answers } = await record("azure", subscription, credentials, async (request) => {
      const { origin, pathname, search } = new URL(request.url);
      const { status, body } = await pass(request, `${base}${pathname}${search}`);
      return { status, body: body.replaceAll(base, origin) };
    });
    console.log(await extractServices("azure", cloud, [...clouds.azure.services.keys()], []));
    write("azure", { account: subscription, regions: [], answers });
  } finally {
    await server.close();
  }
}

/** What is recorded nowhere is made up: the calls go to a second world then, with the token of that one. */
async function recordGcp(): Promise<void> {
  const server = await startGcpServer();
  try {
    const project = server.serviceAccount["project_id"] ?? "";
    const worlds = ["recorded", "synthetic"] as const;
    for (const answers of worlds) await putWorld(`${server.url}/control/worlds/${answers}`, { answers, page_size: 50 });
    const tokens = new Map<string, string>();
    const ask = async (request: Request, world: string) => {
      const { host, pathname, search } = new URL(request.url);
      const copy = request.clone();
      const token = tokens.get(world);
      if (token !== undefined) copy.headers.set("Authorization", `Bearer ${token}`);
      return pass(copy, `${server.url}/worlds/${world}/${host}${pathname}${search}`);
    };
    const credentials = { service_account: server.serviceAccount };
    const { cloud, answers } = await record("gcp", project, credentials, async (request) => {
      const answer = await ask(request, "recorded");
      if (!asksForToken(request)) return saysNothing(answer) ? ask(request, "synthetic") : answer;
      const { body } = await ask(request, "synthetic");
      tokens.set("recorded", JSON.parse(answer.body).access_token).set("synthetic", JSON.parse(body).access_token);
      return answer;
    });
    console.log(await extractServices("gcp", cloud, [...clouds.gcp.services.keys()], []));
    write("gcp", { account: project, regions: [], answers });
  } finally {
    await server.close();
  }
}

/** Whether an answer is a refusal, or a list without entries. */
function saysNothing({ status, body }: { status: number; body: string }): boolean {
  if (status !== 200) return true;
  const [list] = Object.values<unknown>(JSON.parse(body));
  if (Array.isArray(list)) return list.length === 0;
  return (
    typeof list === "object" && list !== null && Object.values(list).every((part) => Object.hasOwn(part, "warning"))
  );
}

interface Synthesised {
  api: string;
  operation: string;
  body: string;
}

const SYNTHESISED: Synthesised[] = JSON.parse(readFileSync(join(root, "test/fixtures/aws/answers.json"), "utf8"));

/** What moto does not answer, as botocore's models have it; null for all else. */
async function synthesised(request: Request): Promise<{ status: number; body: string } | null> {
  const { host, pathname } = new URL(request.url);
  const [api = ""] = host.split(".");
  const target = request.headers.get("X-Amz-Target")?.split(".")[1];
  const isIdentities = /\/origin-access-identity\/cloudfront(\/[^/]+)?$/.exec(pathname);
  const identities = isIdentities?.[1] ? "GetCloudFrontOriginAccessIdentity" : "ListCloudFrontOriginAccessIdentities";
  const operation = isIdentities ? identities : api === "apprunner" ? target : undefined;
  const found = SYNTHESISED.find((answer) => answer.api === api && answer.operation === operation);
  return found ? { status: 200, body: found.body.replaceAll(/ (&|&amp;) (<|&lt;)größe(>|&gt;)/g, "") } : null;
}

await recordAws();
await recordAzure();
await recordGcp();
