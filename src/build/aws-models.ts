import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AwsModel, Operation, Paging, Shape } from "../connectors/clouds/aws/model.ts";

const FOLDER = join(import.meta.dirname, "../connectors/clouds/aws/models");

/** Every operation that is called, by botocore's name of its API, with the inputs that are given besides page tokens. */
const WANTED: Record<string, Record<string, string>> = {
  apigateway: { GetRestApis: "", GetResources: "restApiId embed", GetDeployments: "restApiId", GetStages: "restApiId" },
  apprunner: {
    ListServices: "",
    DescribeService: "ServiceArn",
    ListConnections: "",
    ListTagsForResource: "ResourceArn",
  },
  cloudfront: {
    ListDistributions: "",
    GetDistribution: "Id",
    ListTagsForResource: "Resource",
    ListCloudFrontOriginAccessIdentities: "",
    GetCloudFrontOriginAccessIdentity: "Id",
  },
  ec2: {
    DescribeRegions: "",
    DescribeInstances: "Filters",
    DescribeSecurityGroups: "Filters",
    DescribeNetworkInterfaces: "Filters",
    DescribeVpcs: "Filters",
    DescribeSubnets: "Filters",
    DescribeInternetGateways: "",
    DescribeNatGateways: "",
    DescribeRouteTables: "Filters",
    DescribeNetworkAcls: "Filters",
  },
  ecs: {
    ListClusters: "",
    DescribeClusters: "clusters include",
    ListServices: "cluster",
    DescribeServices: "cluster services include",
    ListTasks: "cluster",
    DescribeTasks: "cluster tasks include",
    ListTaskDefinitions: "",
    DescribeTaskDefinition: "taskDefinition include",
  },
  eks: {
    ListClusters: "include",
    DescribeCluster: "name",
    ListNodegroups: "clusterName",
    DescribeNodegroup: "clusterName nodegroupName",
    ListFargateProfiles: "clusterName",
    DescribeFargateProfile: "clusterName fargateProfileName",
  },
  elbv2: {
    DescribeLoadBalancers: "",
    DescribeListeners: "LoadBalancerArn",
    DescribeTags: "ResourceArns",
    DescribeTargetGroups: "",
    DescribeTargetHealth: "TargetGroupArn",
  },
  iam: {
    ListUsers: "",
    ListAttachedUserPolicies: "UserName",
    ListUserPolicies: "UserName",
    ListGroupsForUser: "UserName",
    ListAccessKeys: "UserName",
    ListMFADevices: "UserName",
    ListUserTags: "UserName",
    ListRoles: "",
    ListAttachedRolePolicies: "RoleName",
    ListRolePolicies: "RoleName",
    ListRoleTags: "RoleName",
    ListPolicies: "Scope",
    GetPolicyVersion: "PolicyArn VersionId",
    ListPolicyTags: "PolicyArn",
    ListGroups: "",
    ListAttachedGroupPolicies: "GroupName",
    ListGroupPolicies: "GroupName",
  },
  kms: {
    ListKeys: "",
    DescribeKey: "KeyId",
    GetKeyPolicy: "KeyId PolicyName",
    GetKeyRotationStatus: "KeyId",
    ListGrants: "KeyId",
    ListResourceTags: "KeyId",
    ListAliases: "",
  },
  lambda: { ListFunctions: "", ListTags: "Resource", ListLayers: "", ListEventSourceMappings: "" },
  rds: { DescribeDBInstances: "", DescribeDBClusters: "", DescribeDBSnapshots: "", DescribeDBClusterSnapshots: "" },
  s3: {
    ListBuckets: "",
    GetBucketLocation: "Bucket",
    GetBucketVersioning: "Bucket",
    GetBucketEncryption: "Bucket",
    GetBucketPolicy: "Bucket",
    GetBucketAcl: "Bucket",
    GetBucketTagging: "Bucket",
  },
  sts: { GetCallerIdentity: "", AssumeRole: "RoleArn RoleSessionName ExternalId DurationSeconds" },
};

interface Reference {
  shape: string;
  location?: string;
  locationName?: string;
  queryName?: string;
  xmlAttribute?: boolean;
  resultWrapper?: string;
}

interface PublishedShape {
  type: string;
  members?: Record<string, Reference>;
  member?: Reference;
  key?: Reference;
  value?: Reference;
  flattened?: boolean;
  payload?: string;
}

interface PublishedPaging {
  input_token: string;
  output_token: string;
  limit_key?: string;
  more_results?: string;
}

/** A service of botocore's data: `service-2.json.gz`. */
interface Published {
  metadata: Record<string, string>;
  operations: Record<string, { http: { method: string; requestUri: string }; input?: Reference; output?: Reference }>;
  shapes: Record<string, PublishedShape>;
}

const SCALARS: Record<string, string> = {
  string: "string",
  character: "string",
  blob: "string",
  boolean: "boolean",
  integer: "integer",
  long: "integer",
  float: "float",
  double: "float",
  timestamp: "timestamp",
};

/** IAM's policies are JSON in a URL's encoding, and botocore decodes every shape of this name. */
const POLICY_SHAPE = "policyDocumentType";

/** S3 answers with the region as the text of the root, which its model cannot say: botocore patches it, too. */
const UNSAID_PAYLOADS: Record<string, string> = { GetBucketLocation: "LocationConstraint" };

/** What of a published model is needed for these operations. */
function reduce(
  published: Published,
  pages: Record<string, PublishedPaging>,
  wanted: Record<string, string>,
): AwsModel {
  const { metadata } = published;
  const shapes: Record<string, Shape> = {};
  const isXml = metadata.protocol !== "json" && metadata.protocol !== "rest-json";

  /** Whether decoding JSON of this shape changes anything. */
  const matters = (name: string, seen: string[] = []): boolean => {
    if (isXml) return true;
    if (seen.includes(name)) return false;
    const shape = findShape(published, name);
    if (shape.type === "timestamp") return true;
    const inner = [...Object.values(shape.members ?? {}), shape.member, shape.value].filter((one) => one !== undefined);
    const renamed = Object.entries(shape.members ?? {}).some(
      ([member, one]) => (one.locationName ?? member) !== member,
    );
    return renamed || inner.some((one) => matters(one.shape, [...seen, name]));
  };

  const keep = (name: string, wire: (member: string, reference: Reference) => string): string => {
    const shape = findShape(published, name);
    if (name === POLICY_SHAPE) return "policy";
    const scalar = SCALARS[shape.type];
    if (scalar) return scalar;
    if (!matters(name)) return "any";
    if (shapes[name]) return name;
    const kept: Shape = (shapes[name] = {});
    if (shape.flattened) kept.flattened = true;
    if (shape.member) kept.list = keep(shape.member.shape, wire);
    if (shape.value) kept.map = keep(shape.value.shape, wire);
    if (shape.key?.locationName) kept.key = shape.key.locationName;
    if (shape.value?.locationName) kept.value = shape.value.locationName;
    if (!shape.members) return name;
    kept.members = Object.fromEntries(
      Object.entries(shape.members)
        .filter(([member, { shape: inner, location, locationName }]) => {
          return location === undefined && (matters(inner) || (locationName ?? member) !== member);
        })
        .map(([member, reference]) => {
          const wireName = reference.xmlAttribute ? `@${reference.locationName}` : wire(member, reference);
          const inner = keep(reference.shape, wire);
          return [member, wireName === member ? inner : { shape: inner, name: wireName }];
        }),
    );
    return name;
  };

  const outputName = (member: string, reference: Reference) => {
    const target = findShape(published, reference.shape);
    return (target.flattened ? target.member?.locationName : undefined) ?? reference.locationName ?? member;
  };

  const operations = Object.entries(wanted).map(([name, given]): [string, Operation] => {
    const { http, input, output } = published.operations[name] ?? missing(name);
    const inputs = input ? (findShape(published, input.shape).members ?? {}) : {};
    const paging = pagingOf(published, name, pages[name]);
    const names = [...given.split(" ").filter(Boolean), ...(paging ? [paging.input, paging.limit] : [])];
    const kept: Operation = { method: http.method, uri: http.requestUri };
    const members = names
      .filter((one) => one !== undefined)
      .map((one) => [one, inputOf(metadata.protocol ?? "", one, inputs[one] ?? missing(`${name}.${one}`))] as const)
      .filter(([one, { name: wire, location }]) => location || wire !== one);
    if (members.length > 0) kept.input = Object.fromEntries(members);
    if (paging) kept.paging = paging;
    if (output?.resultWrapper) kept.wrapper = output.resultWrapper;
    if (!output) return [name, kept];
    const payload = findShape(published, output.shape).payload ?? UNSAID_PAYLOADS[name];
    if (payload) kept.payload = payload;
    if (matters(output.shape)) kept.output = keep(output.shape, outputName);
    return [name, kept];
  });

  return {
    protocol: metadata.protocol ?? "",
    api_version: metadata.apiVersion ?? "",
    endpoint_prefix: metadata.endpointPrefix ?? "",
    signing_name: metadata.signingName ?? metadata.endpointPrefix ?? "",
    json_version: metadata.jsonVersion ?? "",
    target_prefix: metadata.targetPrefix ?? "",
    operations: Object.fromEntries(operations),
    shapes,
  };
}

/** How an input is called in the request: EC2 writes its names with a capital, the others as the model says. */
function inputOf(protocol: string, name: string, { location, locationName, queryName }: Reference) {
  if (protocol !== "ec2") return { name: locationName ?? name, ...(location ? { location } : {}) };
  const wire = queryName ?? locationName ?? name;
  return { name: `${wire.slice(0, 1).toUpperCase()}${wire.slice(1)}` };
}

/** The pages of an operation; APIs without published paginators all say `NextToken`. */
function pagingOf(published: Published, operation: string, pages: PublishedPaging | undefined): Paging | undefined {
  if (pages) {
    const { input_token, output_token, limit_key, more_results } = pages;
    return {
      input: input_token,
      output: output_token,
      ...(limit_key ? { limit: limit_key } : {}),
      ...(more_results ? { more: more_results } : {}),
    };
  }
  const { input, output } = published.operations[operation] ?? missing(operation);
  const has = (reference: Reference | undefined, name: string) =>
    reference !== undefined && name in (findShape(published, reference.shape).members ?? {});
  if (!has(input, "NextToken") || !has(output, "NextToken")) return undefined;
  return { input: "NextToken", output: "NextToken", limit: "MaxResults" };
}

const findShape = (published: Published, name: string): PublishedShape => published.shapes[name] ?? missing(name);

function missing(name: string): never {
  throw new Error(`botocore's data has no ${name}`);
}

/** One line for each operation and shape, so that an update reads well as a difference. */
function render({ operations, shapes, ...head }: AwsModel): string {
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(",\n");
  const opening = JSON.stringify(head).slice(0, -1);
  return `${opening},\n"operations":{\n${lines(operations)}\n},\n"shapes":{\n${lines(shapes)}\n}}\n`;
}

const [source] = process.argv.slice(2);
if (!source) throw new Error("Usage: node src/build/aws-models.ts <botocore's data folder>");
mkdirSync(FOLDER, { recursive: true });
for (const [api, wanted] of Object.entries(WANTED)) {
  const folder = join(source, api, readdirSync(join(source, api)).sort().at(-1) ?? "");
  const published = JSON.parse(gunzipSync(readFileSync(join(folder, "service-2.json.gz"))).toString("utf8"));
  const { pagination } = JSON.parse(readFileSync(join(folder, "paginators-1.json"), "utf8"));
  const model = reduce(published, pagination, wanted);
  writeFileSync(join(FOLDER, `${api}.json`), render(model));
}
