import { same } from "../../fields.ts";
import { items, text } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionsList } from "../compute-list.ts";
import { regionInName, resourceName } from "../names.ts";

const API = "cloudbuild.googleapis.com";
const PAGE_SIZE = 100;

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
  api: API,
  listings: [
    {
      name: "builds",
      call: ({ account }) => ({ api: API, path: `/v1/projects/${account}/builds`, query: { pageSize: PAGE_SIZE } }),
      items: ({ builds }) => items(builds),
      resources: [build],
    },
    regionsList,
    {
      name: "regional-builds",
      of: { listing: regionsList.name, carry: ({ name }) => ({ region: name }) },
      call: ({ account, parent }) => ({
        api: API,
        path: `/v1/projects/${account}/locations/${String(parent["region"])}/builds`,
        query: { pageSize: PAGE_SIZE },
      }),
      items: ({ builds }) => items(builds),
      resources: [build],
    },
  ],
};
