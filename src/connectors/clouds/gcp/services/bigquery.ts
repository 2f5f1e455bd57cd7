import { at } from "../../fields.ts";
import { asItem, type Item, items, text, valueAt } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, regionOf } from "../names.ts";

const api = "bigquery.googleapis.com";
const PAGE_SIZE = 1000;

/** `project:dataset.table`, the form of `id`, which lists may leave out. */
function fullName(item: Item): string | null {
  const { projectId, datasetId, tableId } = asItem(item["tableReference"] ?? item["datasetReference"]);
  if (text(item["id"]) !== null || text(datasetId) === null) return text(item["id"]);
  return `${projectId}:${datasetId}${text(tableId) === null ? "" : `.${tableId}`}`;
}

/** Datasets and their tables (BigQuery API v2). */
export const bigquery: CloudService<GcpCall> = {
  service: "bigquery",
  description: "Extracts BigQuery datasets and tables",
  scope: "global",
  api,
  listings: [
    {
      name: "datasets",
      call: ({ account }) => ({
        api,
        path: `/bigquery/v2/projects/${account}/datasets`,
        query: { maxResults: PAGE_SIZE },
      }),
      items: ({ datasets }) => items(datasets),
      resources: [
        {
          type: "dataset",
          id: fullName,
          region: ({ location }) => regionOf(location),
          labels: labelsOf,
          configuration: {
            dataset_id: at("datasetReference.datasetId"),
            project: at("datasetReference.projectId"),
            full_name: fullName,
          },
        },
      ],
    },
    {
      name: "tables",
      of: {
        listing: "datasets",
        carry: (dataset) => ({
          dataset_id: valueAt(dataset, "datasetReference.datasetId") ?? null,
          location: dataset["location"] ?? null,
        }),
      },
      call: ({ account, parent }) => ({
        api,
        path: `/bigquery/v2/projects/${account}/datasets/${String(parent["dataset_id"])}/tables`,
        query: { maxResults: PAGE_SIZE },
      }),
      items: ({ tables }) => items(tables),
      resources: [
        {
          type: "table",
          id: fullName,
          region: (_table, { parent }) => regionOf(parent["location"]),
          labels: labelsOf,
          configuration: {
            dataset_id: at("tableReference.datasetId"),
            table_id: at("tableReference.tableId"),
            project: at("tableReference.projectId"),
            full_name: fullName,
          },
        },
      ],
    },
  ],
};
