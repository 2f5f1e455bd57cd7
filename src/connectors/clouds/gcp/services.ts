import type { CloudService } from "../service.ts";
import type { GcpCall } from "./client.ts";
import { armor } from "./services/armor.ts";
import { bigquery } from "./services/bigquery.ts";
import { bigtable } from "./services/bigtable.ts";
import { billing } from "./services/billing.ts";
import { cloudbuild } from "./services/cloudbuild.ts";
import { compute } from "./services/compute.ts";
import { dataflow } from "./services/dataflow.ts";
import { dataproc } from "./services/dataproc.ts";
import { dns } from "./services/dns.ts";
import { filestore } from "./services/filestore.ts";
import { firestore } from "./services/firestore.ts";
import { functions } from "./services/functions.ts";
import { iam } from "./services/iam.ts";
import { iap } from "./services/iap.ts";
import { interconnect } from "./services/interconnect.ts";
import { kubernetes } from "./services/kubernetes.ts";
import { loadbalancer } from "./services/loadbalancer.ts";
import { logging } from "./services/logging.ts";
import { memorystore } from "./services/memorystore.ts";
import { monitoring } from "./services/monitoring.ts";
import { networking } from "./services/networking.ts";
import { pubsub } from "./services/pubsub.ts";
import { resourcemanager } from "./services/resourcemanager.ts";
import { run } from "./services/run.ts";
import { scheduler } from "./services/scheduler.ts";
import { spanner } from "./services/spanner.ts";
import { storage } from "./services/storage.ts";
import { tasks } from "./services/tasks.ts";

/** Every service of Google Cloud that is extracted. */
export const services: readonly CloudService<GcpCall>[] = [
  compute,
  storage,
  iam,
  networking,
  kubernetes,
  run,
  functions,
  bigquery,
  bigtable,
  billing,
  cloudbuild,
  dataflow,
  dataproc,
  dns,
  filestore,
  firestore,
  iap,
  interconnect,
  loadbalancer,
  armor,
  logging,
  memorystore,
  monitoring,
  pubsub,
  resourcemanager,
  scheduler,
  spanner,
  tasks,
];
