import type { AwsApi, AwsModel } from "./model.ts";

/** A part of AWS that shares nothing with the others, after botocore's `partitions.json`. */
interface Partition {
  id: string;
  regions: RegExp;
  suffix: string;
  /** Where requests are made that belong to no region. */
  home: string;
}

const PARTITIONS: Partition[] = [
  { id: "aws-cn", regions: /^cn-[a-z]+-\d+$/, suffix: "amazonaws.com.cn", home: "cn-north-1" },
  { id: "aws-us-gov", regions: /^us-gov-[a-z]+-\d+$/, suffix: "amazonaws.com", home: "us-gov-west-1" },
  { id: "aws-eusc", regions: /^eusc-[a-z]+-[a-z]+-\d+$/, suffix: "amazonaws.eu", home: "eusc-de-east-1" },
  { id: "aws", regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/, suffix: "amazonaws.com", home: "us-east-1" },
];

const PUBLIC: Partition = { id: "aws", regions: /^$/, suffix: "amazonaws.com", home: "us-east-1" };

/** Hosts and signed regions of APIs without regions, after botocore's endpoint rules. */
const GLOBAL_APIS: Partial<Record<AwsApi, Record<string, { host: string; region: string }>>> = {
  iam: {
    aws: { host: "iam.amazonaws.com", region: "us-east-1" },
    "aws-cn": { host: "iam.cn-north-1.amazonaws.com.cn", region: "cn-north-1" },
    "aws-us-gov": { host: "iam.us-gov.amazonaws.com", region: "us-gov-west-1" },
    "aws-eusc": { host: "iam.eusc-de-east-1.amazonaws.eu", region: "eusc-de-east-1" },
  },
  cloudfront: {
    aws: { host: "cloudfront.amazonaws.com", region: "us-east-1" },
    "aws-cn": { host: "cloudfront.cn-northwest-1.amazonaws.com.cn", region: "cn-northwest-1" },
  },
};

/** Regions with App Runner, after botocore's `endpoints.json`; in the others its host does not exist. */
const APP_RUNNER_REGIONS = new Set([
  ...["us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
]);

const partitionOf = (region: string): Partition => PARTITIONS.find(({ regions }) => regions.test(region)) ?? PUBLIC;

/** Regions to ask where the enabled ones may not be listed. */
export function fallbackRegions(home: string): string[] {
  const { id } = partitionOf(home);
  if (id === "aws-cn") return ["cn-north-1", "cn-northwest-1"];
  if (id === "aws-us-gov") return ["us-gov-east-1", "us-gov-west-1"];
  if (id === "aws-eusc") return ["eusc-de-east-1"];
  return [
    ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
    ...["eu-west-1", "eu-central-1", "ap-southeast-1", "ap-northeast-1"],
  ];
}

export const isAwsRegion = (region: string): boolean => PARTITIONS.some(({ regions }) => regions.test(region));

/** Where the partition of an ARN answers requests that belong to no region; null for what is no ARN. */
export function homeRegionOfArn(arn: string): string | null {
  const [, id] = /^arn:([a-z-]+):/.exec(arn) ?? [];
  return PARTITIONS.find((partition) => partition.id === id)?.home ?? null;
}

/** Whether an API exists in a region, as far as it is known to be missing somewhere. */
export function hasApi(api: string, region: string | null): boolean {
  if (api === "apprunner") return region === null || APP_RUNNER_REGIONS.has(region);
  if (api === "cloudfront") return region === null || partitionOf(region).id in (GLOBAL_APIS.cloudfront ?? {});
  return true;
}

/** Host and signed region of an API for what is asked about a region. */
export function endpointOf(api: AwsApi, model: AwsModel, region: string): { host: string; region: string } {
  const { id, suffix } = partitionOf(region);
  return GLOBAL_APIS[api]?.[id] ?? { host: `${model.endpoint_prefix}.${region}.${suffix}`, region };
}
