import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { createClient, createSender, type AwsCall } from "../../../src/connectors/clouds/aws/client.ts";
import { aws } from "../../../src/connectors/clouds/aws/index.ts";
import type { AwsApi } from "../../../src/connectors/clouds/aws/model.ts";
import { CloudRefusal } from "../../../src/connectors/clouds/errors.ts";
import signatures from "../../fixtures/aws/signatures.json" with { type: "json" };
import { type AskedRequest, ENDPOINTS, KEYS, NOW, openAnswering } from "../../support/aws/answering.ts";
import { extractShard, shardOf } from "../../support/extract.ts";

/** What a request looks like for a call, the answer being of no interest. */
async function requestOf(call: AwsCall, region: string, session_token?: string, now = NOW) {
  const asked: AskedRequest[] = [];
  const sender = createSender(
    {
      fetch: async (input, init) => {
        const { url, method, headers } = new Request(input, init);
        asked.push({ url: new URL(url), method, headers, body: String(init?.body ?? "") });
        return new Response("{}");
      },
      now: () => now,
      endpoints: ENDPOINTS,
    },
    async () => ({
      accessKeyId: KEYS.access_key_id,
      secretAccessKey: KEYS.secret_access_key,
      ...(session_token === undefined ? {} : { sessionToken: session_token }),
    }),
  );
  await createClient(sender, "us-east-1")
    .send(call, { ...shardOf("1", region), parent: {} }, null)
    .catch(() => null);
  const [request] = asked;
  if (!request) throw new Error("nothing was asked");
  return request;
}

const timeOf = (date: string) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

describe("signatures", () => {
  it.each(signatures.map((vector, index) => ({ index, vector })))(
    "request $index is signed as botocore signs it",
    async ({ vector: { call, session_token, url, date, authorization } }) => {
      const { api, ...rest } = call;
      // The fixture names APIs of the models only.
      const request = await requestOf(
        { ...rest, api: api as AwsApi },
        "eu-central-1",
        session_token ?? undefined,
        timeOf(date),
      );

      expect(request.url.href).toBe(url);
      expect(request.headers.get("Authorization")).toBe(authorization);
      expect(request.headers.get("X-Amz-Security-Token")).toBe(session_token);
    },
  );
});

describe("hosts", () => {
  it.each([
    ["ec2", "DescribeVpcs", "eu-west-1", "https://ec2.eu-west-1.amazonaws.com/", "eu-west-1/ec2"],
    [
      "elbv2",
      "DescribeTags",
      "eu-west-1",
      "https://elasticloadbalancing.eu-west-1.amazonaws.com/",
      "eu-west-1/elasticloadbalancing",
    ],
    ["iam", "ListUsers", "eu-west-1", "https://iam.amazonaws.com/", "us-east-1/iam"],
    [
      "cloudfront",
      "ListDistributions",
      "us-east-1",
      "https://cloudfront.amazonaws.com/2020-05-31/distribution",
      "us-east-1/cloudfront",
    ],
    ["kms", "ListKeys", "cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn/", "cn-north-1/kms"],
    ["iam", "ListUsers", "cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1/iam"],
    ["iam", "ListUsers", "us-gov-east-1", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1/iam"],
    ["eks", "ListClusters", "eusc-de-east-1", "https://eks.eusc-de-east-1.amazonaws.eu/clusters", "eusc-de-east-1/eks"],
  ] as const)("%s:%s about %s is asked at %s", async (api, operation, region, url, scope) => {
    const request = await requestOf({ api, operation }, region);

    expect(request.url.href).toBe(url);
    expect(request.headers.get("Authorization")).toContain(`/${scope}/aws4_request`);
  });

  it("another endpoint replaces scheme and host, whatever the API", async () => {
    const { cloud, asked } = await openAnswering(() => new Response("{}"), KEYS, { endpoint: "http://127.0.0.1:9/" });
    await extractShard(cloud, "kms", shardOf("1", "eu-west-1"));

    expect(asked.map(({ url }) => url.origin)).toEqual(["http://127.0.0.1:9", "http://127.0.0.1:9"]);
  });

  it.each(["..", ".", ""])("a name %j in a path is refused instead of asking for something else", async (name) => {
    const { cloud, asked } = await openAnswering(() => new Response("{}"));
    const step = await cloud.step("eks", { listing: "clusters", parent: {}, keys: [name] }, shardOf("1", "eu-west-1"));

    expect(step.failures).toEqual([`DescribeCluster: ValidationError - "${name}" cannot stand in a path`]);
    expect(asked).toEqual([]);
  });
});

describe("what is no success", () => {
  const account = async (status: number, body: string, headers: Record<string, string> = {}) => {
    const { cloud } = await openAnswering(() => new Response(body, { status, headers }));
    return cloud.account().then(
      () => null,
      (error: unknown) => error,
    );
  };
  const xml = (code: string, message = "no") =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

  it.each([
    ["an error of query APIs", 403, xml("AccessDenied", "not &amp; never"), "AccessDenied - not & never"],
    [
      "an error of EC2",
      403,
      "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
      "UnauthorizedOperation - no",
    ],
    ["an error of S3", 404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>", "NoSuchBucket - no"],
    [
      "an error of JSON",
      400,
      '{"__type":"com.amazonaws.kms#NotFoundException","message":"no"}',
      "NotFoundException - no",
    ],
    ["an error without a body", 403, "", "403"],
    ["a proxy's text", 407, "go away", "407"],
    ["XML that is none", 404, "<nonsense", "404"],
  ])("%s refuses with its code", async (_name, status, body, reason) => {
    const error = await account(status, body);

    expect(error).toBeInstanceOf(CloudRefusal);
    expect(error).toMatchObject({ status, message: `GetCallerIdentity: ${reason}` });
  });

  it("the code may stand in a header", async () => {
    const error = await account(403, "{}", { "x-amzn-errortype": "AccessDeniedException:http://internal/" });

    expect(error).toMatchObject({ code: "AccessDeniedException" });
  });

  it.each([
    [400, xml("Throttling"), {}, 2],
    [503, xml("SlowDown"), {}, 2],
    [400, '{"__type":"ThrottlingException"}', { "Retry-After": "7" }, 7],
    [429, "", {}, 2],
    [503, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", {}, 2],
  ])("status %i with %s asks us to slow down", async (status, body, headers, seconds) => {
    expect(await account(status, body, headers)).toMatchObject({ status: 429, retry_after: seconds });
  });

  it.each([
    [500, ""],
    [503, "<html><body>Service Unavailable</body></html>"],
    [400, xml("RequestTimeout")],
    [200, "<html></html>"],
    [200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Acc"],
    [200, ""],
  ])("status %i with %j may succeed later", async (status, body) => {
    const error = await account(status, body);

    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ status: 502, retry_after: 1 });
  });

  it("a wrong signature is told without what was signed", async () => {
    const error = await account(
      403,
      xml("SignatureDoesNotMatch", "The Canonical String should have been 'POST / x-amz-security-token:planted'"),
    );

    expect(error).toMatchObject({ message: "GetCallerIdentity: SignatureDoesNotMatch" });
  });
});

describe("pages", () => {
  it("go on with the token until the API says that there is no further one", async () => {
    const { cloud, asked } = await openAnswering(({ headers, body }) => {
      if (headers.get("X-Amz-Target") !== "TrentService.ListAliases") return new Response('{"Keys":[]}');
      const first = !body.includes("Marker");
      return Response.json({
        Aliases: [{ AliasName: first ? "alias/a" : "alias/b" }],
        NextMarker: "more+/=",
        Truncated: first,
      });
    });
    const { found } = await extractShard(cloud, "kms", shardOf("1", "eu-west-1"));

    expect(found.map(({ resource_id }) => resource_id)).toEqual(["alias/a", "alias/b"]);
    expect(asked.map(({ body }) => body)).toContain('{"Limit":100,"Marker":"more+/="}');
  });
});

describe("filters", () => {
  it("of instances are asked of EC2, wildcards meant as text", async () => {
    const { cloud, asked } = await openAnswering(({ body }) => {
      const action = new URLSearchParams(body).get("Action");
      return new Response(`<${action}Response/>`);
    });
    await extractShard(cloud, "ec2", { ...shardOf("1", "eu-west-1"), filters: { state: ["running", "a*"] } });

    expect(asked.map(({ body }) => decodeURIComponent(body))).toEqual([
      String.raw`Action=DescribeInstances&Version=2016-11-15&MaxResults=200&Filter.1.Name=instance-state-name&Filter.1.Value.1=running&Filter.1.Value.2=a\*`,
      "Action=DescribeSecurityGroups&Version=2016-11-15&MaxResults=200",
      "Action=DescribeNetworkInterfaces&Version=2016-11-15&MaxResults=200",
    ]);
  });
});

describe("S3", () => {
  it("asks about a bucket where S3 says that it is", async () => {
    const { cloud, asked } = await openAnswering(({ url, headers }) => {
      if (url.pathname === "/")
        return new Response(
          "<ListAllMyBucketsResult><Buckets><Bucket><Name>far</Name></Bucket></Buckets></ListAllMyBucketsResult>",
        );
      const isThere = headers.get("Authorization")?.includes("/eu-west-1/s3/");
      if (!isThere) return new Response("", { status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } });
      if (url.search === "?location") return new Response("<LocationConstraint>EU</LocationConstraint>");
      if (url.search === "?versioning") return new Response('<VersioningConfiguration xmlns="x"/>');
      if (url.search === "?policy") return new Response('{"Version":"2012-10-17"}');
      const missing = url.search === "?encryption" ? "ServerSideEncryptionConfigurationNotFoundError" : "NoSuchTagSet";
      if (url.search === "?acl") return new Response("<AccessControlPolicy/>");
      return new Response(`<Error><Code>${missing}</Code></Error>`, { status: 404 });
    });
    const { found, failures } = await extractShard(cloud, "s3", shardOf("1", null));

    expect(failures).toEqual([]);
    expect(found).toEqual([
      {
        resource_type: "aws:s3:bucket",
        resource_id: "far",
        region: "eu-west-1",
        resource_group: null,
        labels: {},
        configuration: {
          bucket_name: "far",
          creation_date: null,
          region: "eu-west-1",
          versioning_enabled: false,
          encryption: null,
          policy: '{"Version":"2012-10-17"}',
          acl: {},
        },
        raw: {
          Name: "far",
          location: "EU",
          versioning: null,
          encryption: null,
          policy: '{"Version":"2012-10-17"}',
          acl: {},
          tags: null,
        },
      },
    ]);
    expect(asked).toHaveLength(1 + 2 * 6);
  });
});

describe("credentials", () => {
  const session = (key: string, minutes: number) =>
    new Response(
      `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
        `<SessionToken>t/${key}</SessionToken><Expiration>${new Date(NOW + minutes * 60_000).toISOString()}</Expiration>` +
        "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
    );

  it("a role is assumed once for all calls, and again before the session ends", async () => {
    let now = NOW;
    let sessions = 0;
    const { cloud, asked } = await openAnswering(
      ({ body }) =>
        body.includes("Action=AssumeRole") ? session(`ASIA${++sessions}`, sessions * 60) : new Response("{}"),
      { ...KEYS, role_arn: "arn:aws:iam::210987654321:role/team/reader", external_id: "ours" },
      { now: () => now },
    );
    await extractShard(cloud, "kms", shardOf("210987654321", "eu-west-1"));
    now += 56 * 60_000;
    await extractShard(cloud, "kms", shardOf("210987654321", "eu-west-1"));

    const used = asked.map(({ headers, body }) => [
      /Credential=(\w+)/.exec(headers.get("Authorization") ?? "")?.[1],
      headers.get("X-Amz-Security-Token"),
      new URLSearchParams(body).get("RoleArn"),
    ]);
    const own = [KEYS.access_key_id, null, "arn:aws:iam::210987654321:role/team/reader"];
    expect(used).toEqual([
      own,
      ["ASIA1", "t/ASIA1", null],
      ["ASIA1", "t/ASIA1", null],
      own,
      ["ASIA2", "t/ASIA2", null],
      ["ASIA2", "t/ASIA2", null],
    ]);
    expect(new URLSearchParams(asked[0]?.body).get("ExternalId")).toBe("ours");
  });

  it("a role that may not be assumed is a refusal of the whole shard", async () => {
    const { cloud } = await openAnswering(
      () => new Response("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", { status: 403 }),
      { ...KEYS, role_arn: "arn:aws:iam::210987654321:role/reader" },
    );

    expect((await extractShard(cloud, "kms", shardOf("1", "eu-west-1"))).failures).toEqual([
      "AssumeRole: AccessDenied",
      "AssumeRole: AccessDenied",
    ]);
  });

  it("an answer without keys may be better later", async () => {
    const { cloud } = await openAnswering(
      () => new Response("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"),
      { ...KEYS, role_arn: "arn:aws:iam::210987654321:role/reader" },
    );

    await expect(cloud.account()).rejects.toMatchObject({ status: 502, retry_after: 1 });
  });

  it.each([
    [{ secret_access_key: "x" }, "access_key_id"],
    [{ ...KEYS, access_key_id: "short" }, "access_key_id"],
    [{ ...KEYS, secret_access_key: "" }, "secret_access_key"],
    [{ ...KEYS, role_arn: "reader" }, "role_arn"],
    [{ ...KEYS, region: "mars-north-1" }, "region"],
  ])("%j cannot be used", async (credentials, field) => {
    const refused = aws.open("1", credentials, { fetch, now: () => NOW, endpoints: ENDPOINTS });

    await expect(refused).rejects.toMatchObject({ status: 422, errors: [{ field }] });
  });
});

describe("regions", () => {
  it("are those that the account has switched on", async () => {
    const { cloud } = await openAnswering(
      () =>
        new Response(
          "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item>" +
            "<item><regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>",
        ),
    );

    expect(await cloud.regions()).toEqual(["eu-west-1", "us-east-1"]);
  });

  it("are the usual ones where they may not be listed", async () => {
    const { cloud } = await openAnswering(() => new Response("", { status: 403 }));

    expect(await cloud.regions()).toEqual([
      ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
      ...["eu-west-1", "eu-central-1", "ap-southeast-1", "ap-northeast-1"],
    ]);
  });

  it("without App Runner have nothing to ask of it", async () => {
    const { cloud } = await openAnswering(() => new Response("{}"));

    expect(await cloud.start("apprunner", shardOf("1", "sa-east-1"))).toEqual([]);
    expect(await cloud.start("apprunner", shardOf("1", "eu-west-1"))).toHaveLength(2);
  });

  it.each(["us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"])("%s is one", (region) => {
    expect(aws.isRegion(region)).toBe(true);
  });

  it.each(["eastus", "global", "", "us-east-1/../x", "US-EAST-1", "europe-west1"])("%j is none", (region) => {
    expect(aws.isRegion(region)).toBe(false);
  });
});
