import { at, type Field, same } from "../../fields.ts";
import { type Item, items, text, valueAt } from "../../json.ts";
import type { CloudService, Listing, ResourceType } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { regionsList } from "../compute-list.ts";
import { labelsOf, resourceName } from "../names.ts";

const api = "dataproc.googleapis.com";
const PAGE_SIZE = 1000;
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

/** Lists a collection in one of the regions; `member` is the list's name in the answer. */
const regional = (name: string, member: string, resource: ResourceType): Listing<GcpCall> => ({
  name,
  of: { listing: regionsList.name, carry: (region) => ({ region: resourceName(region) }) },
  call: ({ account, parent }) => ({
    api,
    path: `/v1/projects/${account}/regions/${String(parent["region"])}/${name}`,
    query: { pageSize: PAGE_SIZE },
  }),
  items: (body) => items(body[member]),
  resources: [{ ...resource, region: (_item, { parent }) => text(parent["region"]), labels: labelsOf }],
});

/** Clusters, jobs and workflow templates of every region (Dataproc API v1). */
export const dataproc: CloudService<GcpCall> = {
  service: "dataproc",
  description: "Extracts Dataproc clusters, jobs and workflow templates",
  scope: "global",
  api,
  listings: [
    regionsList,
    regional("clusters", "clusters", {
      type: "cluster",
      id: (cluster) => text(cluster["clusterUuid"]) ?? text(cluster["clusterName"]),
      configuration: {
        name: at("clusterName"),
        uuid: at("clusterUuid"),
        status: at("status.state"),
        status_detail: at("status.detail"),
        create_time: firstStatusTime,
        ...same("labels config"),
        location,
      },
    }),
    regional("jobs", "jobs", {
      type: "job",
      id: (job) => text(job["jobUuid"]) ?? text(valueAt(job, "reference.jobId")),
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
    }),
    regional("workflowTemplates", "templates", {
      type: "workflowtemplate",
      id: resourceName,
      configuration: { ...same("name version create_time update_time labels"), location },
    }),
  ],
};
