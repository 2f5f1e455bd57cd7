import { unprocessable } from "../../../errors.ts";
import { type Cloud, describeServices, stepsOf } from "../cloud.ts";
import { CloudRefusal, malformedAnswer } from "../errors.ts";
import { items, text } from "../json.ts";
import { createClient, createSender } from "./client.ts";
import { assumeRole, awsCredentials, homeRegion, keysOf } from "./credentials.ts";
import { fallbackRegions, hasApi, isAwsRegion } from "./endpoints.ts";
import { awsServices } from "./services.ts";

/** Amazon Web Services, asked with access keys or with a role that they assume. */
export const aws: Cloud = {
  provider: "aws",
  services: describeServices("aws", awsServices),
  credentials: awsCredentials,
  shown: ["access_key_id", "role_arn", "region"],
  isAccount: (account) => /^\d{12}$/.test(account),
  isRegion: isAwsRegion,
  async open(_account, untested, io) {
    const parsed = awsCredentials.safeParse(untested);
    if (!parsed.success) {
      throw unprocessable(parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message })));
    }
    const credentials = parsed.data;
    const home = homeRegion(credentials);
    const own = createSender(io, async () => keysOf(credentials));
    const sender = credentials.role_arn ? createSender(io, assumeRole(own, credentials, home, io.now)) : own;
    return {
      async account() {
        const { body } = await sender.send({ api: "sts", operation: "GetCallerIdentity" }, home);
        const id = text(body["Account"]);
        if (id === null) throw malformedAnswer("GetCallerIdentity");
        return id;
      },
      async regions() {
        try {
          const { body } = await sender.send({ api: "ec2", operation: "DescribeRegions" }, home);
          return items(body["Regions"]).map(({ RegionName }) => String(RegionName));
        } catch (error) {
          if (error instanceof CloudRefusal) return fallbackRegions(home);
          throw error;
        }
      },
      ...stepsOf("aws", awsServices, createClient(sender, home), async ({ service }, { region }) =>
        hasApi(service, region ?? home),
      ),
    };
  },
};
