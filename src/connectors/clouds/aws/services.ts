import type { CloudService } from "../service.ts";
import type { AwsCall } from "./client.ts";
import { apigateway } from "./services/apigateway.ts";
import { apprunner } from "./services/apprunner.ts";
import { cloudfront } from "./services/cloudfront.ts";
import { ec2 } from "./services/ec2.ts";
import { ecs } from "./services/ecs.ts";
import { eks } from "./services/eks.ts";
import { elb } from "./services/elb.ts";
import { iam } from "./services/iam.ts";
import { kms } from "./services/kms.ts";
import { lambda } from "./services/lambda.ts";
import { rds } from "./services/rds.ts";
import { s3 } from "./services/s3.ts";
import { vpc } from "./services/vpc.ts";

/** Every service of AWS that can be extracted. */
export const awsServices: readonly CloudService<AwsCall>[] = [
  ...[apigateway, apprunner, cloudfront, ec2, ecs, eks, elb],
  ...[iam, kms, lambda, rds, s3, vpc],
];
