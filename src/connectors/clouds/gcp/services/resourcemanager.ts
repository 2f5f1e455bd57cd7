import { same } from "../../fields.ts";
import { isItem, type Item, items, labelsFrom } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, lastPart, resourceName } from "../names.ts";
import { policyDetail } from "../policy.ts";

const api = "cloudresourcemanager.googleapis.com";

const policy = policyDetail(api, (item) => `/v3/${resourceName(item)}`);

/** The IAM policy of an item, as a resource of its own. */
const policyOf = (type: string): ResourceType => ({
  type,
  each: (item) =>
    isItem(item["policy"])
      ? [{ ...item["policy"], name: `${resourceName(item)}/iamPolicy`, resourceName: item["name"] }]
      : [],
  id: resourceName,
  configuration: same("name resource_name bindings etag version"),
});

const bare = ({ policy: _policy, ...item }: Item): Item[] => [item];

/** Every organization, folder and project that the service account sees (Resource Manager API v3). */
export const resourcemanager: CloudService<GcpCall> = {
  service: "resourcemanager",
  description: "Extracts organizations, folders and projects with their IAM policies",
  scope: "global",
  api,
  listings: [
    {
      name: "organizations",
      call: () => ({ api, path: "/v3/organizations:search", query: { pageSize: 100 } }),
      items: (body) => items(body["organizations"]),
      details: { policy },
      resources: [
        {
          type: "organization",
          each: bare,
          id: resourceName,
          configuration: same("name display_name create_time update_time state directory_customer_id"),
        },
        policyOf("org-iam-policy"),
      ],
    },
    {
      name: "folders",
      call: () => ({ api, path: "/v3/folders:search", query: { pageSize: 100 } }),
      items: (body) => items(body["folders"]),
      details: { policy },
      resources: [
        {
          type: "folder",
          each: bare,
          id: resourceName,
          labels: ({ tags }) => labelsFrom(tags),
          configuration: same("name display_name create_time update_time state parent"),
        },
        policyOf("folder-iam-policy"),
      ],
    },
    {
      name: "projects",
      call: () => ({ api, path: "/v3/projects:search", query: { pageSize: 100 } }),
      items: (body) => items(body["projects"]),
      details: { policy },
      resources: [
        {
          type: "project",
          each: bare,
          id: resourceName,
          labels: labelsOf,
          configuration: {
            ...same("name display_name create_time update_time state parent project_id"),
            project_number: ({ name }) => lastPart(name),
            ...same("labels"),
          },
        },
        policyOf("project-iam-policy"),
      ],
    },
  ],
};
