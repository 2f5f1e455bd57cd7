import { at, each, type Fields, part, same } from "../../fields.ts";
import { items, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, regionOf, resourceName } from "../names.ts";

const api = "storage.googleapis.com";

const lifecycleRule: Fields = {
  action: part("action", same("type")),
  condition: part("condition", {
    ...same("age created_before matches_storage_class"),
    num_newer_versions: at("numNewerVersions"),
  }),
};

/** Buckets with their access policies (Cloud Storage JSON API v1). */
export const storage: CloudService<GcpCall> = {
  service: "storage",
  description: "Extracts Cloud Storage buckets with their access policies",
  scope: "global",
  api,
  listings: [
    {
      name: "buckets",
      call: ({ account }) => ({
        api,
        path: "/storage/v1/b",
        query: { project: account, maxResults: 100, returnPartialSuccess: true },
      }),
      items: (body) => items(body["items"]),
      details: {
        iamPolicy: {
          call: ([bucket], { account }) =>
            bucket
              ? {
                  api,
                  path: `/storage/v1/b/${resourceName(bucket)}/iam`,
                  query: {
                    optionsRequestedPolicyVersion: 3,
                    // Otherwise the bucket refuses a request that nobody offers to pay for.
                    userProject: valueAt(bucket, "billing.requesterPays") === true ? account : undefined,
                  },
                }
              : null,
        },
      },
      resources: [
        {
          type: "bucket",
          id: resourceName,
          region: ({ location }) => regionOf(location),
          labels: labelsOf,
          configuration: {
            ...same("name id self_link location location_type storage_class time_created updated"),
            versioning_enabled: (bucket) => valueAt(bucket, "versioning.enabled") === true,
            ...same("labels"),
            encryption: part("encryption", same("default_kms_key_name")),
            lifecycle_rules: each("lifecycle.rule", lifecycleRule),
            cors: each("cors", same("origin method response_header max_age_seconds")),
            logging: part("logging", same("log_bucket log_object_prefix")),
            website: part("website", same("main_page_suffix not_found_page")),
            public_access_prevention: part("iamConfiguration", {
              ...same("public_access_prevention"),
              uniform_bucket_level_access: at("uniformBucketLevelAccess.enabled"),
            }),
            iam_policy: part("iamPolicy", same("bindings")),
          },
        },
      ],
    },
  ],
};
