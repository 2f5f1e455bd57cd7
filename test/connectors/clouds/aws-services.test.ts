import { describe, expect, it } from "vitest";
import { aws } from "../../../src/connectors/clouds/aws/index.ts";
import type { Found } from "../../../src/connectors/clouds/service.ts";
import answers from "../../fixtures/aws/answers.json" with { type: "json" };
import { modelOf } from "../../../src/connectors/clouds/aws/model.ts";
import { type AskedRequest, openAnswering } from "../../support/aws/answering.ts";
import { extractShard, shardOf } from "../../support/extract.ts";

const bodies = new Map(answers.map(({ api, operation, body }) => [`${api}:${operation}`, body]));

/** Which operation a request asks for, by whatever its API goes. */
function operationOf({ url, headers, body, method }: AskedRequest): string {
  const [, api = ""] = /\/\d{8}\/[^/]+\/(\w+)\/aws4_request/.exec(headers.get("Authorization") ?? "") ?? [];
  const model = api === "elasticloadbalancing" ? "elbv2" : api;
  const target = headers.get("X-Amz-Target")?.split(".")[1] ?? new URLSearchParams(body).get("Action");
  if (target) return `${model}:${target}`;
  const paths = Object.entries(modelOf(model as "s3").operations).filter((entry) => entry[1].method === method);
  const fits = paths.filter(([, { uri }]) => {
    const [path = "", query = ""] = uri.split("?");
    const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
    return pattern.test(url.pathname) && (query === "" || url.searchParams.has(query));
  });
  return `${model}:${fits[0]?.[0]}`;
}

const TAGGED = /(?<=<ResourceArn>)[^<]+/g;

const askedArn = ({ body }: AskedRequest) =>
  (new URLSearchParams(body).get("ResourceArns.member.1") ?? "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");

async function extractAll(rewrite: (body: string) => string = (body) => body): Promise<Found[]> {
  const { cloud } = await openAnswering((request) => {
    const operation = operationOf(request);
    const body = bodies.get(operation);
    if (body === undefined) return new Response("unknown", { status: 404 });
    // Tags of several resources come with the ARN that they belong to.
    if (operation === "elbv2:DescribeTags") return new Response(body.replaceAll(TAGGED, askedArn(request)));
    return new Response(rewrite(body));
  });
  const found: Found[] = [];
  for (const [service, { scope }] of aws.services) {
    const shard = shardOf("123456789012", scope === "regional" ? "eu-west-1" : null);
    const extracted = await extractShard(cloud, service, shard);
    expect(extracted.failures, service).toEqual([]);
    found.push(...extracted.found);
  }
  return found;
}

/** What these APIs have no member for: the keys are there and always null. */
const NEVER = ["aws:kms:grant grant_token", "aws:lambda:event-source-mapping state_reason_code"];

describe("a synthetic account in which every member of every answer is filled", () => {
  it("gives every key of every type a value", async () => {
    const found = [
      ...(await extractAll()),
      ...(await extractAll((body) => body.replace("<Type>application</Type>", "<Type>network</Type>"))),
      ...(await extractAll((body) => body.replace("<Type>application</Type>", "<Type>gateway</Type>"))),
    ];

    const empty = [...aws.services.values()].flatMap(({ service, resource_types }) =>
      resource_types.flatMap(({ type, fields }) => {
        const name = `aws:${service}:${type}`;
        const ours = found.filter(({ resource_type }) => resource_type === name);
        return fields
          .filter((field) => !ours.some(({ configuration }) => (configuration[field] ?? null) !== null))
          .map((field) => `${name} ${field}`);
      }),
    );

    expect(empty).toEqual(NEVER);
  });

  it("has 44 types in 13 services, the ids without holes", async () => {
    const found = await extractAll();
    const types = [...aws.services.values()].flatMap(({ resource_types }) => resource_types);

    expect(aws.services.size).toBe(13);
    expect(types).toHaveLength(44);
    expect(found.filter(({ resource_id }) => /undefined|null|\[object/.test(resource_id))).toEqual([]);
    expect(found.filter(({ resource_id }) => resource_id === "")).toEqual([]);
  });

  it("says the region of a bucket and no region of global services", async () => {
    const found = await extractAll();
    const regions = (service: string) => [
      ...new Set(
        found.filter(({ resource_type }) => resource_type.startsWith(`aws:${service}:`)).map(({ region }) => region),
      ),
    ];

    expect(regions("s3")).toEqual(["eu-west-1"]);
    expect(regions("iam")).toEqual(["global"]);
    expect(regions("cloudfront")).toEqual(["global"]);
    expect(regions("kms")).toEqual(["eu-west-1"]);
  });

  it("has tags as labels", async () => {
    const found = await extractAll();
    const unlabelled = new Set(
      found.filter(({ labels }) => Object.keys(labels).length === 0).map(({ resource_type }) => resource_type),
    );

    expect([...unlabelled].sort()).toEqual([
      "aws:apigateway:deployment",
      "aws:apigateway:method",
      "aws:apigateway:resource",
      "aws:cloudfront:origin-access-identity",
      "aws:iam:group",
      "aws:kms:alias",
      "aws:kms:grant",
      "aws:lambda:event-source-mapping",
      "aws:lambda:layer",
    ]);
  });
});
