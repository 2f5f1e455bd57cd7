import { at, type Field, same } from "../../fields.ts";
import { type Item, items, labelsFrom, text, valueAt } from "../../json.ts";
import type { CloudService, Listing } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionsList } from "../compute-list.ts";
import { labelsOf, resourceName } from "../names.ts";

const API = "dataproc.googleapis.com";
const ENDED = new Set(["DONE", "ERROR", "CANCELLED", "ATTEMPT_FAILURE"]);

const location: Field = (_item, { parent }) => parent["region"];

/** Every status that a cluster or job had, oldest first. */
const statuses = ({ statusHistory, status }: Item): Item[] => [...items(statusHistory), ...items([status])];

const firstStatusTime: Field = (item) => statuses(item)[0]?.["stateStartTime"];

const jobStartTime: Field = (job) => statuses(job).find(({ state }) => state === "RUNNING")?.["stateStartTime"];

const jobEndTime: Field = (job) =>
  ENDED.has(String(valueAt(job, "status.state"))) ? valueAt(job, "status.stateStartTime") : null;

/** A job holds its work in a member named after its kind: `pysparkJob`, `hiveJob`. */
const jobType: Field = (job) =>
  Object.keys(job)
    .find((key) => key.endsWith("Job"))
    ?.slice(0, -"Job".length)
    .toLowerCase();

type Declared = Pick<Listing<GcpCall>, "resources"> & { name: string; member: string; pageSize: number };

/** Lists a collection in one of the regions. */
const regional = ({ name, member, pageSize, resources }: Declared): Listing<GcpCall> => ({
  name,
  of: { listing: regionsList.name, carry: (region) => ({ region: resourceName(region) }) },
  call: ({ account, parent }) => ({
    api: API,
    path: `/v1/projects/${account}/regions/${String(parent["region"])}/${name}`,
    query: { pageSize },
  }),
  items: (body) => items(body[member]),
  resources,
});

const region = (_item: Item, { parent }: { parent: Item }) => text(parent["region"]);

/** Clusters, jobs and workflow templates of every region (Dataproc API v1). */
export const dataproc: CloudService<GcpCall> = {
  service: "dataproc",
  description: "Extracts Dataproc clusters, jobs and workflow templates",
  scope: "global",
  api: API,
  listings: [
    regionsList,
    regional({
      name: "clusters",
      member: "clusters",
      pageSize: 1000,
      resources: [
        {
          type: "cluster",
          id: (cluster) => text(cluster["clusterUuid"]) ?? text(cluster["clusterName"]),
          region,
          labels: labelsOf,
          configuration: {
            name: at("clusterName"),
            uuid: at("clusterUuid"),
            status: at("status.state"),
            status_detail: at("status.detail"),
            create_time: firstStatusTime,
            ...same("labels config"),
            location,
          },
        },
      ],
    }),
    regional({
      name: "jobs",
      member: "jobs",
      pageSize: 1000,
      resources: [
        {
          type: "job",
          id: (job) => text(job["jobUuid"]) ?? text(valueAt(job, "reference.jobId")),
          region,
          labels: labelsOf,
          configuration: {
            name: at("reference.jobId"),
            status: at("status.state"),
            status_detail: at("status.details"),
            submission_time: firstStatusTime,
            start_time: jobStartTime,
            end_time: jobEndTime,
            cluster_name: at("placement.clusterName"),
            job_type: jobType,
            location,
          },
        },
      ],
    }),
    regional({
      name: "workflowTemplates",
      member: "templates",
      pageSize: 1000,
      resources: [
        {
          type: "workflowtemplate",
          id: resourceName,
          region,
          labels: ({ labels }) => labelsFrom(labels),
          configuration: { ...same("name version create_time update_time labels"), location },
        },
      ],
    }),
  ],
};
