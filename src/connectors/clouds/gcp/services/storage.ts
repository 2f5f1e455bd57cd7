import { at, type Fields, listOf, objectOf, same } from "../../fields.ts";
import { items, text, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, regionOf, resourceName } from "../names.ts";

const API = "storage.googleapis.com";

const lifecycleRule: Fields = {
  action: objectOf("action", same("type")),
  condition: objectOf("condition", {
    ...same("age created_before matches_storage_class"),
    num_newer_versions: at("numNewerVersions"),
  }),
};

/** Buckets with their access policies (Cloud Storage JSON API v1). */
export const storage: CloudService<GcpCall> = {
  service: "storage",
  description: "Extracts Cloud Storage buckets with their access policies",
  scope: "global",
  api: API,
  listings: [
    {
      name: "buckets",
      call: ({ account }) => ({
        api: API,
        path: "/storage/v1/b",
        query: { project: account, maxResults: 100, returnPartialSuccess: true },
      }),
      items: (body) => items(body["items"]),
      details: {
        iamPolicy: {
          call: ([bucket], { account }) =>
            bucket
              ? {
                  api: API,
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
            encryption: objectOf("encryption", same("default_kms_key_name")),
            lifecycle_rules: listOf("lifecycle.rule", lifecycleRule),
            cors: listOf("cors", same("origin method response_header max_age_seconds")),
            logging: objectOf("logging", same("log_bucket log_object_prefix")),
            website: objectOf("website", same("main_page_suffix not_found_page")),
            public_access_prevention: ({ iamConfiguration }) =>
              text(valueAt(iamConfiguration, "publicAccessPrevention")) === null
                ? null
                : {
                    public_access_prevention: valueAt(iamConfiguration, "publicAccessPrevention"),
                    uniform_bucket_level_access: valueAt(iamConfiguration, "uniformBucketLevelAccess.enabled") ?? null,
                  },
            iam_policy: objectOf("iamPolicy", same("bindings")),
          },
        },
      ],
    },
  ],
};
