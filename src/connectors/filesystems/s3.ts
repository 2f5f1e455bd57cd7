import { z } from "zod";
import type { FilesystemType } from "./filesystem.ts";
import { openBucketFolder } from "./s3/client.ts";
import { folder, folderUrl, secret } from "./settings-fields.ts";

const settings = z.strictObject({
  type: z.literal("s3"),
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/, "must be the name of a bucket"),
  region: z.string().regex(/^[a-z0-9-]{1,64}$/, "must be a region such as eu-central-1; auto for R2"),
  endpoint_url: folderUrl().optional().describe("Address of the S3 API; that of the region when absent"),
  access_key_id: z.string().min(1).max(256),
  secret_access_key: secret(),
  prefix: folder(),
});
export type S3Settings = z.output<typeof settings>;

export const s3: FilesystemType<typeof settings> = {
  title: "S3",
  description: "Objects of a bucket below a prefix, of AWS or anything compatible",
  settings,
  open: async (given, io) => openBucketFolder(given, io),
};
