import { at, same } from "../../fields.ts";
import { type Item, items, tagsFrom, text, valueAt } from "../../json.ts";
import type { CloudService, Detail } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("s3");

/** Something of a bucket, asked in the bucket's own region; null where S3 says by `absent` that the bucket has none. */
const ofBucket = (operation: string, read: (body: Item) => unknown, absent: string[] = []): Detail<AwsCall> => ({
  call: ([bucket]) => ({
    ...call(operation, { Bucket: bucket?.["Name"] }),
    region: text(bucket?.["BucketRegion"]),
  }),
  read,
  absent,
});

/** The oldest regions have other names here: none, and `EU`. */
function regionOf(bucket: Item): string {
  const location = text(bucket["BucketRegion"]) ?? text(bucket["location"]) ?? "us-east-1";
  return location === "EU" ? "eu-west-1" : location;
}

export const s3: CloudService<AwsCall> = {
  service: "s3",
  description: "Extracts S3 buckets with versioning, encryption, policy and access control",
  scope: "global",
  listings: [
    {
      name: "buckets",
      // Only a request with a limit is answered with regions and pages.
      call: () => call("ListBuckets", { MaxBuckets: 100 }),
      items: (body, { regions }) =>
        items(body["Buckets"]).filter((bucket) => {
          const region = text(bucket["BucketRegion"]);
          return regions === null || region === null || regions.includes(region);
        }),
      details: {
        location: ofBucket("GetBucketLocation", (body) => body["LocationConstraint"]),
        versioning: ofBucket("GetBucketVersioning", (body) => body["Status"]),
        encryption: ofBucket("GetBucketEncryption", (body) => body["ServerSideEncryptionConfiguration"], [
          "ServerSideEncryptionConfigurationNotFoundError",
        ]),
        policy: ofBucket("GetBucketPolicy", (body) => body["Policy"], ["NoSuchBucketPolicy"]),
        acl: ofBucket("GetBucketAcl", (body) => body),
        tags: ofBucket("GetBucketTagging", (body) => body["TagSet"], ["NoSuchTagSet"]),
      },
      resources: [
        {
          type: "bucket",
          id: (bucket) => String(bucket["Name"]),
          region: regionOf,
          labels: (bucket) => tagsFrom(bucket["tags"]),
          configuration: {
            bucket_name: at("Name"),
            ...same("creation_date"),
            region: regionOf,
            versioning_enabled: (bucket) => valueAt(bucket, "versioning") === "Enabled",
            ...same("encryption policy acl"),
          },
        },
      ],
    },
  ],
};
