import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openLocalDeployment } from "./deployment.ts";
import { holdState } from "./hold-state.ts";
import { describeBytes, describeCount } from "./progress.ts";
import { findRows } from "./restore-databases.ts";

/** What will be deleted, in the order in which it can be. */
export interface Doomed {
  place: string;
  parts: { description: string; remove(): Promise<void> }[];
  close(): Promise<void>;
}

/** What a server keeps in its folder; whatever else lies there is not ours. */
const OURS = ["v3", "registry", "run.vars", "server.json", "restoring", "browser"];

/** The data in a folder of this machine; no server may be using them. */
export async function findLocalData(state: string): Promise<Doomed> {
  const release = await holdState(state);
  const parts = await describeContent(state).catch((error: unknown) => {
    release();
    throw error;
  });
  return {
    place: state,
    parts: [
      {
        description: parts.join(", "),
        async remove() {
          for (const name of OURS) rmSync(join(state, name), { recursive: true, force: true });
          if (readdirSync(state).length === 0) rmSync(state, { recursive: true });
        },
      },
    ],
    close: async () => release(),
  };
}

async function describeContent(state: string): Promise<string[]> {
  const deployment = await openLocalDeployment(state);
  try {
    const parts: string[] = [];
    for (const { name, db } of deployment.databases) {
      const rows = (await findRows(db)).reduce((sum, table) => sum + table.rows, 0);
      parts.push(`database ${name} with ${describeCount(rows, "row")}`);
    }
    const { count, bytes } = await measureLake(deployment.lake);
    parts.push(`bucket ${deployment.bucket} with ${describeCount(count, "object")} of ${describeBytes(bytes)}`);
    return existsSync(join(state, "v3/do")) ? [...parts, "live events and counters"] : parts;
  } finally {
    await deployment.close();
  }
}

async function measureLake(lake: R2Bucket): Promise<{ count: number; bytes: number }> {
  let [count, bytes] = [0, 0];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await lake.list(cursor ? { cursor } : {});
    count += page.objects.length;
    for (const { size } of page.objects) bytes += size;
    more = page.truncated;
    cursor = page.truncated ? page.cursor : undefined;
  }
  return { count, bytes };
}
