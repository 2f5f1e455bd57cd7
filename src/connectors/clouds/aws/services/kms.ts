import { at, same } from "../../fields.ts";
import { asItem, items, tagsFrom } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("kms");

/** Keys that cannot rotate by themselves: asymmetric, imported, in a store of one's own, or about to be deleted. */
const WITHOUT_ROTATION = ["UnsupportedOperationException", "KMSInvalidStateException"];

export const kms: CloudService<AwsCall> = {
  service: "kms",
  description: "Extracts KMS keys, aliases and grants",
  scope: "regional",
  listings: [
    {
      name: "keys",
      call: () => call("ListKeys", { Limit: 100 }),
      items: (body) => items(body["Keys"]),
      details: {
        metadata: {
          call: ([key]) => call("DescribeKey", { KeyId: key?.["KeyId"] }),
          read: (body) => body["KeyMetadata"],
        },
        policy: {
          call: ([key]) => call("GetKeyPolicy", { KeyId: key?.["KeyId"], PolicyName: "default" }),
          read: (body) => body["Policy"],
        },
        rotation_status: {
          call: ([key]) => call("GetKeyRotationStatus", { KeyId: key?.["KeyId"] }),
          read: (body) => body["KeyRotationEnabled"],
          absent: WITHOUT_ROTATION,
        },
        tags: {
          call: ([key]) => call("ListResourceTags", { KeyId: key?.["KeyId"], Limit: 50 }),
          entries: (body) => items(body["Tags"]),
        },
      },
      resources: [
        {
          type: "key",
          each: ({ metadata, ...key }) => [{ ...key, ...asItem(metadata) }],
          id: (key) => String(key["KeyId"]),
          labels: (key) => tagsFrom(key["tags"]),
          configuration: {
            ...same("key_id"),
            arn: (key) => key["Arn"] ?? key["KeyArn"],
            ...same("creation_date key_manager key_state key_usage key_spec customer_master_key_spec"),
            ...same("encryption_algorithms signing_algorithms"),
            key_rotation_status: at("rotation_status"),
            ...same("policy description origin valid_to tags"),
          },
        },
      ],
    },
    {
      name: "aliases",
      call: () => call("ListAliases", { Limit: 100 }),
      items: (body) => items(body["Aliases"]),
      resources: [
        {
          type: "alias",
          id: (alias) => String(alias["AliasName"]),
          configuration: same("alias_name alias_arn target_key_id creation_date last_updated_date"),
        },
      ],
    },
    {
      name: "grants",
      of: { listing: "keys", carry: ({ KeyId }) => ({ KeyId }) },
      call: ({ parent }) => call("ListGrants", { KeyId: parent["KeyId"], Limit: 100 }),
      items: (body) => items(body["Grants"]),
      resources: [
        {
          type: "grant",
          id: (grant, { parent }) => [parent["KeyId"], grant["KeyId"], grant["GrantId"]].join("/"),
          configuration: same(
            "grant_id key_id grantee_principal retiring_principal operations constraints creation_date grant_token",
          ),
        },
      ],
    },
  ],
};
