import { same } from "../../fields.ts";
import { items, text } from "../../json.ts";
import type { CloudService, ResourceType, Scope } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionsList } from "../compute-list.ts";
import { regionInName, resourceName } from "../names.ts";

const api = "cloudbuild.googleapis.com";
const PAGE_SIZE = 100;

/** The query of a list; builds of one status only, where that is all that is wanted. */
const queryOf = ({ filters }: Scope): GcpCall["query"] => {
  const [status, ...others] = filters["status"] ?? [];
  const isOne = status !== undefined && others.length === 0 && /^[A-Z_]+$/.test(status);
  return { pageSize: PAGE_SIZE, filter: isOne ? `status="${status}"` : undefined };
};

const build: ResourceType = {
  type: "build",
  id: (item) => text(item["id"]) ?? resourceName(item),
  region: regionInName,
  configuration: same("id status create_time steps source substitutions tags"),
};

/** Builds, the global ones and those of each region (Cloud Build API v1). */
export const cloudbuild: CloudService<GcpCall> = {
  service: "cloudbuild",
  description: "Extracts Cloud Build builds",
  scope: "global",
  api,
  listings: [
    {
      name: "builds",
      call: (scope) => ({ api, path: `/v1/projects/${scope.account}/builds`, query: queryOf(scope) }),
      items: ({ builds }) => items(builds),
      resources: [build],
    },
    regionsList,
    {
      name: "regional-builds",
      of: { listing: regionsList.name, carry: ({ name }) => ({ region: name }) },
      call: (scope) => ({
        api,
        path: `/v1/projects/${scope.account}/locations/${String(scope.parent["region"])}/builds`,
        query: queryOf(scope),
      }),
      items: ({ builds }) => items(builds),
      resources: [build],
    },
  ],
};
