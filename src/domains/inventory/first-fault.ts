import { JobStopped } from "../../platform/jobs/running-job.ts";

/** What of several faults beside each other is to be thrown: that the job was stopped, else the first. */
export const firstFault = (faults: readonly unknown[]): unknown =>
  faults.find((fault) => fault instanceof JobStopped) ?? faults[0];
