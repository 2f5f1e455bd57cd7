import { z } from "zod";
import { malformedAnswer } from "../errors.ts";
import { asItem, text } from "../json.ts";
import type { AwsSender } from "./client.ts";
import { homeRegionOfArn, isAwsRegion } from "./endpoints.ts";

/** Secrets of an account, in the names of AWS's own configuration files. */
export const awsCredentials = z.object({
  access_key_id: z.string().regex(/^\w{16,128}$/, "must be an access key id"),
  secret_access_key: z.string().min(1).max(256),
  session_token: z.string().min(1).max(8192).optional(),
  /** A role that the keys assume. */
  role_arn: z
    .string()
    .regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, "must be the ARN of a role")
    .optional(),
  external_id: z.string().min(2).max(1224).optional(),
  /** Any region of the partition that the keys are for; needed only by those of China, GovCloud and the like. */
  region: z.string().refine(isAwsRegion, "must be a region of AWS").optional(),
});
export type AwsCredentials = z.infer<typeof awsCredentials>;

/** Keys as the signer takes them. */
export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const SESSION_SECONDS = 3600;
const RENEW_BEFORE_MS = 300_000;

export const keysOf = ({ access_key_id, secret_access_key, session_token }: AwsCredentials): AwsKeys => ({
  accessKeyId: access_key_id,
  secretAccessKey: secret_access_key,
  ...(session_token === undefined ? {} : { sessionToken: session_token }),
});

/** Where an account's requests go that belong to no region. */
export const homeRegion = ({ region, role_arn }: AwsCredentials): string =>
  region ?? homeRegionOfArn(role_arn ?? "") ?? "us-east-1";

/** Keys of an assumed role (`sts:AssumeRole`), one session for all that ask, renewed five minutes before its end. */
export function assumeRole(
  sender: AwsSender,
  { role_arn, external_id }: AwsCredentials,
  home: string,
  now: () => number,
): () => Promise<AwsKeys> {
  let session: Promise<{ keys: AwsKeys; expires: number }> | null = null;

  const open = async () => {
    const input = {
      RoleArn: role_arn,
      RoleSessionName: "catchment",
      DurationSeconds: SESSION_SECONDS,
      ...(external_id === undefined ? {} : { ExternalId: external_id }),
    };
    const started = now();
    const { body } = await sender.send({ api: "sts", operation: "AssumeRole", input }, home);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = asItem(body["Credentials"]);
    const [accessKeyId, secretAccessKey, sessionToken] = [AccessKeyId, SecretAccessKey, SessionToken].map(text);
    if (!accessKeyId || !secretAccessKey || !sessionToken) throw malformedAnswer("AssumeRole");
    const end = Date.parse(text(Expiration) ?? "");
    return {
      keys: { accessKeyId, secretAccessKey, sessionToken },
      expires: Number.isNaN(end) ? started + SESSION_SECONDS * 1000 : end,
    };
  };

  return async () => {
    const known = session;
    const current = await known?.catch(() => null);
    if (current && now() < current.expires - RENEW_BEFORE_MS) return current.keys;
    // Whoever comes first opens the next session for all.
    if (session === known) session = open();
    return (await (session ?? open())).keys;
  };
}
