import { same } from "../../fields.ts";
import { type Item, items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregatedList, COMPUTE, computeIdentity } from "../compute-list.ts";
import { labelsOf, linkedName, regionOf } from "../names.ts";

const policies = aggregatedList("securityPolicies", {
  ...computeIdentity,
  type: "securitypolicy",
  labels: labelsOf,
  configuration: same("name id description fingerprint rules"),
});

/** A rule has no name of its own: its priority is unique in its policy. */
const rulesOf = (policy: Item): Item[] =>
  items(policy["rules"]).map((rule) => ({
    ...rule,
    name: `${String(policy["name"])}/${String(rule["priority"])}`,
    id: `${linkedName(policy)}/rules/${String(rule["priority"])}`,
    policyName: policy["name"],
    policyRegion: policy["region"],
  }));

/** Security policies, global and regional, with their rules (Compute Engine API v1). */
export const armor: CloudService<GcpCall> = {
  service: "armor",
  description: "Extracts Cloud Armor security policies and their rules",
  scope: "global",
  api: COMPUTE,
  listings: [
    {
      ...policies,
      resources: [
        ...policies.resources,
        {
          type: "securityrule",
          each: rulesOf,
          id: ({ id }) => String(id),
          region: ({ policyRegion }) => regionOf(policyRegion),
          configuration: same("name id policy_name action priority description preview"),
        },
      ],
    },
  ],
};
