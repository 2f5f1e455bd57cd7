import { at, same } from "../../fields.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregatedList, COMPUTE, computeIdentity, globalList } from "../compute-list.ts";
import { labelsOf } from "../names.ts";

/** Where Interconnect is to be had, and the project's VLAN attachments (Compute Engine API v1). */
export const interconnect: CloudService<GcpCall> = {
  service: "interconnect",
  description: "Extracts Interconnect locations and VLAN attachments",
  scope: "global",
  api: COMPUTE,
  listings: [
    globalList("interconnectLocations", {
      ...computeIdentity,
      type: "location",
      configuration: {
        ...same("name id description facility_provider"),
        facility_address: at("address"),
        ...same("availability_zone"),
      },
    }),
    aggregatedList("interconnectAttachments", {
      ...computeIdentity,
      type: "attachment",
      labels: labelsOf,
      configuration: {
        ...same("name id description region interconnect router"),
        attachment_type: at("type"),
        ...same("state bandwidth"),
      },
    }),
  ],
};
