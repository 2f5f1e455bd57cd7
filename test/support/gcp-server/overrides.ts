/** Members of made-up answers on which other members or calls depend, by method; `index` counts from 0. */
export const OVERRIDES: Readonly<Record<string, (index: number, path: string) => Record<string, unknown>>> = {
  "cloudbilling.v1:billingAccounts.list": (index) => ({ name: `billingAccounts/0000-${index}` }),
  "cloudscheduler.v1:projects.locations.list": location,
  "cloudtasks.v2:projects.locations.list": location,
  "compute.v1:regions.list": (index) => ({ name: REGIONS[index] }),
  "run.v1:projects.locations.list": location,
  "dataproc.v1:projects.regions.clusters.list": (index, path) => ({
    clusterName: `cluster-${index + 1}`,
    clusterUuid: `${path}/cluster-${index + 1}`,
  }),
  "dataproc.v1:projects.regions.jobs.list": (index, path) => ({
    jobUuid: `${path}/job-${index + 1}`,
    status: { state: "DONE", details: "went well", stateStartTime: "2024-05-06T07:30:00Z" },
    statusHistory: [
      { state: "PENDING", stateStartTime: "2024-05-06T07:00:00Z" },
      { state: "RUNNING", stateStartTime: "2024-05-06T07:10:00Z" },
    ],
  }),
  "bigquery.v2:datasets.list": (index) => ({
    id: `test-project:dataset_${index + 1}`,
    datasetReference: { projectId: "test-project", datasetId: `dataset_${index + 1}` },
  }),
  "bigquery.v2:tables.list": (index, path) => {
    const datasetId = path.split("/").at(-2);
    const tableId = `table_${index + 1}`;
    return {
      id: `test-project:${datasetId}.${tableId}`,
      tableReference: { projectId: "test-project", datasetId, tableId },
    };
  },
  "cloudbuild.v1:projects.builds.list": build,
  "cloudbuild.v1:projects.locations.builds.list": build,
  "dataflow.v1b3:projects.jobs.aggregated": (index) => ({ id: `job-${index + 1}` }),
  "dns.v1:managedZones.list": (index) => ({ id: String(1000 + index) }),
  "firestore.v1:projects.databases.list": () => ({ type: "FIRESTORE_NATIVE" }),
  "cloudresourcemanager.v3:organizations.search": (index) => ({ name: `organizations/${index + 1}` }),
  "cloudresourcemanager.v3:folders.search": (index) => ({ name: `folders/${index + 1}` }),
  "cloudresourcemanager.v3:projects.search": (index) => ({ name: `projects/${index + 1}` }),
  "storage.v1:buckets.list": (index) => ({ id: `bucket-${index + 1}`, name: `bucket-${index + 1}` }),
};

const REGIONS = ["us-central1", "europe-west1", "asia-east1"];

function location(index: number) {
  return { locationId: REGIONS[index] };
}

function build(index: number, path: string) {
  const id = `${path.split("/").at(-2)}-build-${index + 1}`;
  return { id };
}
