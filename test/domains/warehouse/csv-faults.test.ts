import { expect, it } from "vitest";
import type { Context } from "../../../src/context.ts";
import { type Row, rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, upload } from "./syncs.ts";

const ROWS = 100_000;

/** Every row says which version of the file it is of. */
const fileOf = (version: number) =>
  `id,version,note\n${Array.from({ length: ROWS }, (_, id) => `${id},${version},some words of row ${id}`).join("\n")}\n`;

async function look(ctx: Context): Promise<Row | undefined> {
  const [seen] = await rowsOf(
    ctx,
    "SELECT count(*) AS n, sum(id) AS ids, min(version) AS oldest, max(version) AS newest FROM raw_sales__sales",
  );
  return seen;
}

const whole = (version: number) => ({ n: ROWS, ids: (ROWS * (ROWS - 1)) / 2, oldest: version, newest: version });

/** Reads again and again until it is stopped; answers how often. */
function readAlong(ctx: Context, versions: readonly number[]): { stop(): Promise<number> } {
  const state = { stopped: false };
  const reading = (async () => {
    let reads = 0;
    for (; !state.stopped; reads++) {
      const seen = await look(ctx);
      expect(versions).toContain(seen?.["newest"]);
      expect(seen).toEqual(whole(Number(seen?.["newest"])));
      // Without a moment of rest the runtime fires no timer, which the job waits for.
      if (reads % 10 === 0) await scheduler.wait(1);
    }
    return reads;
  })();
  return {
    stop() {
      state.stopped = true;
      return reading;
    },
  };
}

it("a full refresh of 100,000 rows that is killed after any of its operations shows the old rows or the new ones", async () => {
  const world = openSyncWorld();
  const { ctx } = world;
  await answerOf("POST", "/sources", { name: "sales", type: "csv", config: { directory: "data/sales" } });
  let version = 0;
  /** Puts another version of the file in its place; the sync that the deletion starts is to find it. */
  const change = async () => {
    version += 1;
    await answerOf("DELETE", "/sources/sales/csv-files?file_path=/data/sales/a.csv");
    await upload("sales", "a.csv", fileOf(version));
    const { body } = await answerOf("GET", "/../jobs?type=sync&status=pending");
    const [live] = body["jobs"] as { id: string }[];
    if (!live) throw new Error("No sync has started");
    ctx.messages.push({ queue: "sync", job_id: live.id, due_at: 0 });
    return live.id;
  };
  await upload("sales", "a.csv", fileOf(0), "?trigger_sync=true");
  await world.work(await change());
  const calm = await world.work(await change());
  expect(await look(ctx)).toEqual(whole(version));
  const operations = calm.process.count();
  let reads = 0;
  let killed = 0;
  for (let at = 1; at <= operations; at++) {
    const job = await change();
    const reader = readAlong(ctx, [version - 1, version]);
    const { kills } = await world.work(job, { at, moment: "after", kind: "kill" });
    reads += await reader.stop();
    killed += kills;
    expect(await look(ctx), `kill after operation ${at} of ${operations}`).toEqual(whole(version));
  }
  console.log(`100,000 rows: killed after each of ${killed} operations, read ${reads} times`);
  // A run that takes longer has more slices, and so more operations than another.
  expect(killed).toBeGreaterThan(operations - 5);
  expect(operations).toBeGreaterThan(20);
}, 400_000);
