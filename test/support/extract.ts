import type { OpenCloud } from "../../src/connectors/clouds/cloud.ts";
import type { Found, Scope, Task } from "../../src/connectors/clouds/service.ts";

export interface Extracted {
  found: Found[];
  failures: string[];
  /** How many steps it took. */
  steps: number;
}

/** The place of a shard, with nothing asked for in particular. */
export const shardOf = (account: string, region: string | null): Omit<Scope, "parent"> => ({
  account,
  region,
  regions: null,
  filters: {},
});

/** Takes every task of a shard to its end, four at once; throws the first fault. Tasks go through JSON, as in a job. */
export async function extractShard(
  cloud: Pick<OpenCloud, "start" | "step">,
  service: string,
  shard: Omit<Scope, "parent">,
): Promise<Extracted> {
  const extracted: Extracted = { found: [], failures: [], steps: 0 };
  let tasks = await cloud.start(service, shard);
  while (tasks.length > 0) {
    const taken: Task[] = JSON.parse(JSON.stringify(tasks.slice(0, 4)));
    const steps = await Promise.all(taken.map((task) => cloud.step(service, task, shard)));
    for (const { found, failures, fault } of steps) {
      if (fault !== undefined) throw fault;
      extracted.found.push(...found);
      extracted.failures.push(...failures);
    }
    tasks = [...tasks.slice(4), ...steps.flatMap(({ next }) => next)];
    extracted.steps += steps.length;
  }
  return extracted;
}
