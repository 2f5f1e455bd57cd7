import { each, part, same } from "../../fields.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregatedList, COMPUTE, computeIdentity } from "../compute-list.ts";
import { labelsOf } from "../names.ts";

/** Virtual machines and managed instance groups (Compute Engine API v1). */
export const compute: CloudService<GcpCall> = {
  service: "compute",
  description: "Extracts Compute Engine instances and managed instance groups",
  scope: "global",
  api: COMPUTE,
  listings: [
    aggregatedList("instances", {
      ...computeIdentity,
      type: "instance",
      labels: labelsOf,
      configuration: {
        ...same("id name zone self_link machine_type status creation_timestamp"),
        network_interfaces: each("networkInterfaces", same("network subnetwork network_ip access_configs")),
        disks: each("disks", same("device_name source boot auto_delete mode")),
        ...same("service_accounts metadata tags labels"),
      },
      aliases: { instance_state: "status", state: "status" },
    }),
    aggregatedList("instanceGroupManagers", {
      ...computeIdentity,
      type: "instance-group",
      configuration: {
        ...same("id name zone self_link instance_template base_instance_name target_size"),
        current_actions: part(
          "currentActions",
          same("abandoning creating creating_without_retries deleting recreating refreshing restarting"),
        ),
        ...same("named_ports auto_healing_policies"),
      },
    }),
  ],
};
