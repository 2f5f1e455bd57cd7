import { at, same } from "../../fields.ts";
import { asItem, type Item, items, tagsFrom, text, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import { callsOf } from "../calls.ts";
import type { AwsCall } from "../client.ts";

const call = callsOf("cloudfront");
const ofConfig = (member: string) => at(`DistributionConfig.${member}`);
const idOf = (config: string) => (item: Item) => text(valueAt(item, `${config}.CallerReference`)) ?? String(item["Id"]);

export const cloudfront: CloudService<AwsCall> = {
  service: "cloudfront",
  description: "Extracts CloudFront distributions and origin access identities",
  scope: "global",
  listings: [
    {
      name: "distributions",
      call: () => call("ListDistributions", { MaxItems: 100 }),
      items: (body) => items(valueAt(body, "DistributionList.Items")),
      details: {
        distribution: {
          call: ([summary]) => call("GetDistribution", { Id: summary?.["Id"] }),
          read: (body) => body["Distribution"],
        },
        Tags: {
          call: ([summary]) => call("ListTagsForResource", { Resource: summary?.["ARN"] }),
          read: (body) => valueAt(body, "Tags.Items"),
        },
      },
      resources: [
        {
          type: "distribution",
          // The summary has nothing that the distribution lacks; it stands where only that could be read.
          each: ({ distribution, Tags, ...summary }) => [{ ...(distribution ? asItem(distribution) : summary), Tags }],
          id: idOf("DistributionConfig"),
          labels: (distribution) => tagsFrom(distribution["Tags"]),
          configuration: {
            ...same("id arn status"),
            domain_name: ofConfig("Aliases.Items"),
            origins: ofConfig("Origins"),
            default_cache_behavior: ofConfig("DefaultCacheBehavior"),
            cache_behaviors: ofConfig("CacheBehaviors"),
            custom_error_responses: ofConfig("CustomErrorResponses"),
            comment: ofConfig("Comment"),
            enabled: ofConfig("Enabled"),
            price_class: ofConfig("PriceClass"),
            http_version: ofConfig("HttpVersion"),
            is_ipv6_enabled: ofConfig("IsIPV6Enabled"),
            web_acl_id: ofConfig("WebACLId"),
            restrictions: ofConfig("Restrictions"),
            viewer_certificate: ofConfig("ViewerCertificate"),
            ...same("tags"),
          },
        },
      ],
    },
    {
      name: "origin-access-identities",
      call: () => call("ListCloudFrontOriginAccessIdentities", { MaxItems: 100 }),
      items: (body) => items(valueAt(body, "CloudFrontOriginAccessIdentityList.Items")),
      details: {
        identity: {
          call: ([summary]) => call("GetCloudFrontOriginAccessIdentity", { Id: summary?.["Id"] }),
          read: (body) => body["CloudFrontOriginAccessIdentity"],
        },
      },
      resources: [
        {
          type: "origin-access-identity",
          each: ({ identity, ...summary }) => [identity ? asItem(identity) : summary],
          id: idOf("CloudFrontOriginAccessIdentityConfig"),
          configuration: {
            ...same("id s3_canonical_user_id"),
            comment: at("CloudFrontOriginAccessIdentityConfig.Comment"),
            caller_reference: at("CloudFrontOriginAccessIdentityConfig.CallerReference"),
          },
        },
      ],
    },
  ],
};
