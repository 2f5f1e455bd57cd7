import { type Field, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { resourceName } from "../names.ts";

const api = "iam.googleapis.com";

const projectName: Field = (_item, { account }) => `projects/${account}`;

/** Service accounts, own roles and who may what in the project (IAM API v1, Resource Manager API v1). */
export const iam: CloudService<GcpCall> = {
  service: "iam",
  description: "Extracts service accounts, custom roles and the project's IAM policy",
  scope: "global",
  api,
  listings: [
    {
      name: "serviceAccounts",
      call: ({ account }) => ({
        api,
        path: `/v1/projects/${account}/serviceAccounts`,
        query: { pageSize: 100 },
      }),
      items: ({ accounts }) => items(accounts),
      resources: [
        {
          type: "service-account",
          id: resourceName,
          configuration: {
            resource_id: resourceName,
            ...same("name project_id unique_id email display_name description oauth2_client_id disabled"),
          },
        },
      ],
    },
    {
      name: "policy",
      call: ({ account }) => ({
        api: "cloudresourcemanager.googleapis.com",
        path: `/v1/projects/${account}:getIamPolicy`,
        method: "POST",
        body: { options: { requestedPolicyVersion: 3 } },
      }),
      items: (body) => [body],
      resources: [
        {
          type: "iam-policy",
          id: (_policy, { account }) => `projects/${account}`,
          configuration: {
            resource_id: projectName,
            project_id: (_policy, { account }) => account,
            ...same("version etag bindings"),
          },
        },
      ],
    },
    {
      name: "roles",
      call: ({ account }) => ({
        api,
        path: `/v1/projects/${account}/roles`,
        query: { pageSize: 1000, view: "FULL" },
      }),
      items: ({ roles }) => items(roles),
      resources: [
        {
          type: "role",
          id: resourceName,
          configuration: {
            resource_id: resourceName,
            ...same("name title description included_permissions stage etag"),
          },
        },
      ],
    },
  ],
};
