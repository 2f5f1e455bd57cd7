import { AwsV4Signer } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { AppError, upstreamFailed } from "../../errors.ts";
import { apiUrl, secretName } from "./config-fields.ts";
import { failureOf, malformedAnswer } from "./rest/failures.ts";
import { rowsAt, valueAt } from "./rest/select.ts";
import type { SourceIo, SourceType } from "./source.ts";

const config = z.strictObject({
  bucket_url: z
    .string()
    .regex(
      /^(?:s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/.*)?|lake:\/\/[\w.-]+(?:\/[\w.-]+)*\/?)$/,
      "must be such as s3://bucket/folder or lake://folder",
    )
    .describe("s3:// for a bucket, lake:// for a folder of this platform's own storage"),
  file_glob: z
    .string()
    .min(1)
    .max(200)
    .default("**/*.parquet")
    .describe("Which objects below bucket_url; CSV, JSON, JSON Lines, Parquet"),
  access_key_id_env: secretName().default("S3_ACCESS_KEY_ID"),
  secret_access_key_env: secretName().default("S3_SECRET_ACCESS_KEY"),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("us-east-1")
    .describe("auto for R2"),
  api_url: apiUrl().optional().describe("Address of the S3 API; that of the region when absent"),
});
export type FilesystemConfig = z.output<typeof config>;

/** Objects of an S3 or R2 prefix; the domain lists and reads them by `openBucket`. */
export const filesystem: SourceType<typeof config> = {
  type: "filesystem",
  group: "local",
  title: "S3 or R2 objects",
  description: "CSV, JSON, JSON Lines and Parquet objects of one table below a prefix of a bucket",
  unavailable: null,
  config,
};

export interface BucketObject {
  key: string;
  /** Bytes. */
  size: number;
  etag: string;
  /** Milliseconds UTC. */
  modified_at: number;
}

/** A prefix of a bucket. Throws `AppError`s as a source does. */
export interface Bucket {
  /** Keys of its objects begin with this; it ends with a slash unless it is empty. */
  prefix: string;
  /** A page of objects; `token` is `next` of the page before, null for the first. */
  list(token: string | null): Promise<{ objects: BucketObject[]; next: string | null }>;
  /** Bytes from `offset`; null when the object is gone or is not the one that was listed. */
  read(object: BucketObject, offset: number, length: number): Promise<ArrayBuffer | null>;
}

const NO_BODY = { "X-Amz-Content-Sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" };
const parser = new XMLParser({ parseTagValue: false, trimValues: false, isArray: (name) => name === "Contents" });

/** Opens what `bucket_url` names, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function openBucket(
  { bucket_url, region, api_url, ...names }: FilesystemConfig,
  io: Pick<SourceIo, "fetch" | "now" | "secret">,
): Bucket {
  const [, bucket = "", folder = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(bucket_url) ?? [];
  // Without the slash, it would stand for siblings too whose names only begin alike.
  const prefix = folder === "" ? "" : `${folder}/`;
  const base = `${(api_url ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, "")}/${bucket}`;

  const send = async (path: string, headers: Record<string, string>) => {
    const signer = new AwsV4Signer({
      url: `${base}${path}`,
      headers: { ...NO_BODY, ...headers },
      accessKeyId: await io.secret(names.access_key_id_env),
      secretAccessKey: await io.secret(names.secret_access_key_env),
      service: "s3",
      region,
      datetime: new Date(io.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    });
    const signed = await signer.sign();
    const name = `S3: GET ${signed.url.pathname}`;
    const init = { headers: signed.headers, redirect: "manual" as const };
    const response = await io.fetch(signed.url.href, init).catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      throw upstreamFailed(`${name}: could not be reached`, { retry_after: 1, cause: error });
    });
    return { name, response };
  };

  const requireSuccess = async ({ name, response }: Awaited<ReturnType<typeof send>>) => {
    if (response.ok) return;
    const message = /<Message>([^<]*)<\/Message>/.exec(await response.text())?.[1] ?? "";
    throw failureOf({ name, status: response.status, headers: response.headers, body: { message }, now: io.now() });
  };

  return {
    prefix,
    list: async (token) => {
      const query = new URLSearchParams({ "list-type": "2", "max-keys": "1000", prefix });
      if (token !== null) query.set("continuation-token", token);
      const { name, response } = await send(`?${String(query).replaceAll("+", "%20")}`, {});
      await requireSuccess({ name, response });
      const result = valueAt(parser.parse(await response.text()), "ListBucketResult");
      if (result === undefined) throw malformedAnswer(name);
      const next = valueAt(result, "NextContinuationToken");
      return { objects: rowsAt("Contents[*]")(result).map(readObject), next: typeof next === "string" ? next : null };
    },
    read: async ({ key, etag }, offset, length) => {
      const path = key.split("/").map(encodeURIComponent).join("/");
      const range = `bytes=${offset}-${offset + length - 1}`;
      const { name, response } = await send(`/${path}`, { Range: range, "If-Match": etag });
      if (response.status === 404 || response.status === 412) {
        await response.body?.cancel();
        return null;
      }
      await requireSuccess({ name, response });
      return response.arrayBuffer().catch((error: unknown) => {
        throw malformedAnswer(name, error);
      });
    },
  };
}

const readObject = (entry: Record<string, unknown>): BucketObject => ({
  key: String(entry["Key"]),
  size: Number(entry["Size"]),
  etag: String(entry["ETag"]),
  modified_at: Date.parse(String(entry["LastModified"])),
});
