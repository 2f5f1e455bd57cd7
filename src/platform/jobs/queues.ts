import type { QueueName } from "./tables.ts";

/** A message carries nothing but the id: everything else is in the job's row. */
export interface JobMessage {
  job_id: string;
}

export interface Queues {
  send(queue: QueueName, message: JobMessage, options?: { delay_seconds?: number }): Promise<void>;
}

/** A queue's longest delay, in seconds; the sweeper sends what waits longer. */
const LONGEST_DELAY_SECONDS = 43_200;

export function createQueues(env: { INGESTION: Queue; EXTRACTION: Queue; SYNC: Queue }): Queues {
  const byName: Record<QueueName, Queue> = { ingestion: env.INGESTION, extraction: env.EXTRACTION, sync: env.SYNC };
  return {
    async send(queue, message, options) {
      const delaySeconds = Math.min(Math.ceil(options?.delay_seconds ?? 0), LONGEST_DELAY_SECONDS);
      await byName[queue].send(message, { delaySeconds });
    },
  };
}
