import { same } from "../../fields.ts";
import { items, labelsFrom, text, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { linkedName, regionOf } from "../names.ts";

const api = "container.googleapis.com";

/** Clusters and their node pools (Kubernetes Engine API v1). */
export const kubernetes: CloudService<GcpCall> = {
  service: "kubernetes",
  description: "Extracts Kubernetes Engine clusters and node pools",
  scope: "global",
  api,
  listings: [
    {
      name: "clusters",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/locations/-/clusters` }),
      items: ({ clusters }) => items(clusters),
      resources: [
        {
          type: "cluster",
          id: linkedName,
          region: ({ location, zone }) => regionOf(location ?? zone),
          labels: ({ resourceLabels }) => labelsFrom(resourceLabels),
          configuration: same(
            "name self_link zone description initial_cluster_version current_master_version current_node_version " +
              "status status_message node_ipv4_cidr_size services_ipv4_cidr cluster_ipv4_cidr addons_config node_pools " +
              "locations network subnetwork private_cluster_config master_auth logging_service monitoring_service " +
              "network_policy ip_allocation_policy maintenance_policy autoscaling",
          ),
        },
        {
          type: "node-pool",
          each: ({ nodePools, location, zone, name }) =>
            items(nodePools).map((pool) => ({ ...pool, zone: text(location) ?? zone, cluster: name })),
          id: linkedName,
          region: ({ zone }) => regionOf(zone),
          labels: (pool) => labelsFrom(valueAt(pool, "config.resourceLabels")),
          configuration: same(
            "name self_link zone cluster config initial_node_count status status_message version instance_group_urls " +
              "autoscaling management",
          ),
        },
      ],
    },
  ],
};
