import { at, same } from "../../fields.ts";
import { type Item, items, tagsFrom, valueAt } from "../../json.ts";
import type { CloudService, Detail } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("iam");
const labels = (item: Item) => tagsFrom(item["Tags"]);
const arnOf = (item: Item) => String(item["Arn"]);

/** A list that hangs on an item, which `key` names in the request as in the answer; every page of it. */
const listOf = (operation: string, key: string, entries: string): Detail<AwsCall> => ({
  call: ([item]) => call(operation, { [key]: item?.[key], MaxItems: 1000 }),
  entries: (body) => (Array.isArray(body[entries]) ? body[entries] : []),
});

/** The same, of a policy, whose ARN is called otherwise in requests. */
const tagsOfPolicy: Detail<AwsCall> = {
  call: ([policy]) => call("ListPolicyTags", { PolicyArn: policy?.["Arn"], MaxItems: 1000 }),
  entries: (body) => items(body["Tags"]),
};

export const iam: CloudService<AwsCall> = {
  service: "iam",
  description: "Extracts IAM users, roles, customer-managed policies and groups",
  scope: "global",
  listings: [
    {
      name: "users",
      call: () => call("ListUsers", { MaxItems: 100 }),
      items: (body) => items(body["Users"]),
      details: {
        attached_policies: listOf("ListAttachedUserPolicies", "UserName", "AttachedPolicies"),
        inline_policies: listOf("ListUserPolicies", "UserName", "PolicyNames"),
        groups: listOf("ListGroupsForUser", "UserName", "Groups"),
        access_keys: listOf("ListAccessKeys", "UserName", "AccessKeyMetadata"),
        mfa_devices: listOf("ListMFADevices", "UserName", "MFADevices"),
        Tags: listOf("ListUserTags", "UserName", "Tags"),
      },
      resources: [
        {
          type: "user",
          id: arnOf,
          labels,
          configuration: {
            ...same("user_name user_id path create_date attached_policies inline_policies groups access_keys"),
            // Null where the devices could not be read.
            mfa_enabled: ({ mfa_devices }) => (Array.isArray(mfa_devices) ? mfa_devices.length > 0 : null),
            ...same("password_last_used"),
          },
        },
      ],
    },
    {
      name: "roles",
      call: () => call("ListRoles", { MaxItems: 100 }),
      items: (body) => items(body["Roles"]),
      details: {
        attached_policies: listOf("ListAttachedRolePolicies", "RoleName", "AttachedPolicies"),
        inline_policies: listOf("ListRolePolicies", "RoleName", "PolicyNames"),
        Tags: listOf("ListRoleTags", "RoleName", "Tags"),
      },
      resources: [
        {
          type: "role",
          id: arnOf,
          labels,
          configuration: {
            ...same("role_name role_id path"),
            assume_role_policy: at("AssumeRolePolicyDocument"),
            ...same("attached_policies inline_policies max_session_duration create_date"),
          },
        },
      ],
    },
    {
      name: "policies",
      call: () => call("ListPolicies", { Scope: "Local", MaxItems: 100 }),
      items: (body) => items(body["Policies"]),
      details: {
        policy_document: {
          call: ([policy]) =>
            call("GetPolicyVersion", { PolicyArn: policy?.["Arn"], VersionId: policy?.["DefaultVersionId"] }),
          read: (body) => valueAt(body, "PolicyVersion.Document"),
        },
        Tags: tagsOfPolicy,
      },
      resources: [
        {
          type: "policy",
          id: arnOf,
          labels,
          configuration: same(
            "policy_name policy_id path default_version_id policy_document attachment_count create_date",
          ),
        },
      ],
    },
    {
      name: "groups",
      call: () => call("ListGroups", { MaxItems: 100 }),
      items: (body) => items(body["Groups"]),
      details: {
        attached_policies: listOf("ListAttachedGroupPolicies", "GroupName", "AttachedPolicies"),
        inline_policies: listOf("ListGroupPolicies", "GroupName", "PolicyNames"),
      },
      resources: [
        {
          type: "group",
          id: arnOf,
          configuration: same("group_name group_id path attached_policies inline_policies create_date"),
        },
      ],
    },
  ],
};
