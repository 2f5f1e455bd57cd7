import { at, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, locationIn, regionInName, resourceName } from "../names.ts";

const api = "cloudfunctions.googleapis.com";

/** Functions of both generations (Cloud Functions API v2). */
export const functions: CloudService<GcpCall> = {
  service: "functions",
  description: "Extracts Cloud Functions of both generations",
  scope: "global",
  api,
  listings: [
    {
      name: "functions",
      call: ({ account }) => ({
        api,
        path: `/v2/projects/${account}/locations/-/functions`,
        query: { pageSize: 1000 },
      }),
      items: (body) => items(body["functions"]),
      resources: [
        {
          type: "function",
          id: resourceName,
          region: regionInName,
          labels: labelsOf,
          configuration: {
            ...same("name description state"),
            runtime: at("buildConfig.runtime"),
            entry_point: at("buildConfig.entryPoint"),
            ...same("environment"),
            max_instances: at("serviceConfig.maxInstanceCount"),
            min_instances: at("serviceConfig.minInstanceCount"),
            available_memory: at("serviceConfig.availableMemory"),
            timeout: at("serviceConfig.timeoutSeconds"),
            vpc_connector: at("serviceConfig.vpcConnector"),
            location: locationIn,
          },
        },
      ],
    },
  ],
};
