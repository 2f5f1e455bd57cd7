import { at, type Field, same } from "../../fields.ts";
import { items, text } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, regionOf, resourceName } from "../names.ts";

const api = "bigtableadmin.googleapis.com";

/** Name of the instance that a cluster or table is of: the first four parts of its own. */
const instanceName: Field = ({ name }) => text(name)?.split("/").slice(0, 4).join("/");

/** Instances, clusters and tables (Bigtable Admin API v2). */
export const bigtable: CloudService<GcpCall> = {
  service: "bigtable",
  description: "Extracts Bigtable instances, clusters and tables",
  scope: "global",
  api,
  listings: [
    {
      name: "instances",
      call: ({ account }) => ({ api, path: `/v2/projects/${account}/instances` }),
      items: ({ instances }) => items(instances),
      resources: [
        {
          type: "instance",
          id: resourceName,
          labels: labelsOf,
          configuration: {
            ...same("name display_name state"),
            instance_type: at("type"),
            ...same("labels"),
          },
        },
      ],
    },
    {
      name: "clusters",
      call: ({ account }) => ({ api, path: `/v2/projects/${account}/instances/-/clusters` }),
      items: ({ clusters }) => items(clusters),
      resources: [
        {
          type: "cluster",
          id: resourceName,
          region: ({ location }) => regionOf(location),
          configuration: { ...same("name"), instance_name: instanceName, ...same("location serve_nodes state") },
        },
      ],
    },
    {
      name: "tables",
      of: { listing: "instances", carry: (instance) => ({ instance: resourceName(instance) }) },
      call: ({ parent }) => ({ api, path: `/v2/${String(parent["instance"])}/tables`, query: { pageSize: 100 } }),
      items: ({ tables }) => items(tables),
      // A list of tables holds nothing but their names.
      details: {
        schema: {
          call: ([table]) =>
            table ? { api, path: `/v2/${resourceName(table)}`, query: { view: "SCHEMA_VIEW" } } : null,
          read: ({ granularity, columnFamilies }) => ({ granularity, columnFamilies }),
        },
      },
      resources: [
        {
          type: "table",
          id: resourceName,
          configuration: { ...same("name"), instance_name: instanceName, granularity: at("schema.granularity") },
        },
      ],
    },
  ],
};
