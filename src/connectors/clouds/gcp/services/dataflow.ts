import { at, same } from "../../fields.ts";
import { asItem, items, labelsFrom, text } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionOf, resourceName } from "../names.ts";

const api = "dataflow.googleapis.com";

/** Jobs of all locations (Dataflow API v1b3). */
export const dataflow: CloudService<GcpCall> = {
  service: "dataflow",
  description: "Extracts Dataflow jobs",
  scope: "global",
  api,
  listings: [
    {
      name: "jobs",
      call: ({ account }) => ({
        api,
        path: `/v1b3/projects/${account}/jobs:aggregated`,
        query: { pageSize: 100 },
      }),
      items: ({ jobs }) => items(jobs),
      // A list holds summaries, which lack the environment.
      details: {
        description: {
          call: ([job], { account }) =>
            job
              ? {
                  api,
                  path: `/v1b3/projects/${account}/locations/${String(job["location"])}/jobs/${String(job["id"])}`,
                  query: { view: "JOB_VIEW_DESCRIPTION" },
                }
              : null,
          read: ({ environment, labels, jobMetadata }) => ({ environment, labels, jobMetadata }),
        },
      },
      resources: [
        {
          type: "job",
          id: (job) => text(job["id"]) ?? resourceName(job),
          region: ({ location }) => regionOf(location),
          labels: ({ labels, description }) => labelsFrom(labels ?? asItem(description)["labels"]),
          configuration: {
            ...same("name id"),
            job_type: at("type"),
            state: at("currentState"),
            ...same("location start_time create_time"),
            current_state_time: at("currentStateTime"),
            sdk_version: at("description.jobMetadata.sdkVersion.version"),
            environment: at("description.environment"),
          },
        },
      ],
    },
  ],
};
