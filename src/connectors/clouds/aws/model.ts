import apigateway from "./models/apigateway.json" with { type: "json" };
import apprunner from "./models/apprunner.json" with { type: "json" };
import cloudfront from "./models/cloudfront.json" with { type: "json" };
import ec2 from "./models/ec2.json" with { type: "json" };
import ecs from "./models/ecs.json" with { type: "json" };
import eks from "./models/eks.json" with { type: "json" };
import elbv2 from "./models/elbv2.json" with { type: "json" };
import iam from "./models/iam.json" with { type: "json" };
import kms from "./models/kms.json" with { type: "json" };
import lambda from "./models/lambda.json" with { type: "json" };
import rds from "./models/rds.json" with { type: "json" };
import s3 from "./models/s3.json" with { type: "json" };
import sts from "./models/sts.json" with { type: "json" };

/** A member of a structure whose name in the answer is another one. */
interface RenamedMember {
  /** A scalar (`string`, `integer`, `float`, `boolean`, `timestamp`, `policy`) or the name of a shape. */
  shape: string;
  /** With `@` before it where it is an attribute of XML. */
  name: string;
}

/** How part of an answer is written: a structure, a list or a map. */
export interface Shape {
  members?: Record<string, string | RenamedMember>;
  list?: string;
  map?: string;
  /** Names of key and value in a map's entries, where they are not `key` and `value`. */
  key?: string;
  value?: string;
  /** The entries stand in the structure itself, without an element around them. */
  flattened?: boolean;
}

/** Where an input is written in the request. */
export interface InputMember {
  name: string;
  location?: string;
}

export interface Paging {
  input: string;
  /** Path of the token within the answer. */
  output: string;
  limit?: string;
  /** Path of what must be true for there to be a further page. */
  more?: string;
}

export interface Operation {
  method: string;
  uri: string;
  /** Inputs that are not members of the body under their own name. */
  input?: Record<string, InputMember>;
  paging?: Paging;
  /** Element around the answer. */
  wrapper?: string;
  /** The member that the whole body is. */
  payload?: string;
  output?: string;
}

/** What one API needs to be called and understood; reduced by `src/build/aws-models.ts`. */
export interface AwsModel {
  /** `ec2`, `query`, `rest-xml`, `rest-json` or `json`. */
  protocol: string;
  api_version: string;
  endpoint_prefix: string;
  signing_name: string;
  json_version: string;
  target_prefix: string;
  operations: Record<string, Operation>;
  shapes: Record<string, Shape>;
}

const models = { apigateway, apprunner, cloudfront, ec2, ecs, eks, elbv2, iam, kms, lambda, rds, s3, sts };

/** The APIs that are spoken to, by botocore's names. */
export type AwsApi = keyof typeof models;

export const modelOf = (api: AwsApi): AwsModel => models[api];
