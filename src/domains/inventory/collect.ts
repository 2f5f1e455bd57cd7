import type { Context } from "../../context.ts";
import { commitInOrder } from "./commit-in-order.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import { firstFault } from "./first-fault.ts";
import { listReadyShards, type ShardRow } from "./shard.store.ts";
import { takeTurn } from "./take-turn.ts";
import { commitTurn } from "./turn.ts";

/** Shards that are worked on at once: more would not be faster, since the platform has six connections. */
const SHARDS_AT_ONCE = 6;
/**
 * Tasks of all shards that are under way at once, which is what a kill costs at most: four for each of six shards, or all
 * for one that is alone, so that its connections are rarely idle for a commit.
 */
const TASKS_AT_ONCE = 24;

interface Collecting {
  /** Asked before each turn: whether another may start. */
  mayGoOn(): boolean;
  /** Called after each commit of a turn. */
  onCommitted(): void;
}

/**
 * Takes turns of the shards that are ready until none is or no more may start; false when none was ready. Shards do not
 * wait for each other: each turn is committed by itself, and what it leaves free goes to the shards that are ready then.
 */
export async function collect(
  ctx: Context,
  job: ExtractionRun,
  cursor: ExtractionCursor,
  { mayGoOn, onCommitted }: Collecting,
): Promise<boolean> {
  const busy = new Map<number, { tasks: number; ends: Promise<void> }>();
  const faults: unknown[] = [];
  let started = 0;

  const work = async (shard: ShardRow, tasks: number) => {
    try {
      const turn = await takeTurn(ctx, job, shard, tasks);
      await commitInOrder(ctx, job, cursor, { statements: commitTurn(ctx, job, turn), current: shard });
      onCommitted();
    } catch (error) {
      faults.push(error);
    } finally {
      busy.delete(shard.number);
    }
  };

  const start = async () => {
    const room = SHARDS_AT_ONCE - busy.size;
    const free = TASKS_AT_ONCE - [...busy.values()].reduce((sum, { tasks }) => sum + tasks, 0);
    if (room === 0 || free === 0) return;
    const ready = await listReadyShards(ctx.db, job.id, ctx.now(), { without: [...busy.keys()], limit: room });
    const each = Math.max(1, Math.floor(free / ready.length));
    for (const shard of ready.slice(0, free)) {
      const tasks = Math.min(each, shard.tasks?.length ?? each);
      busy.set(shard.number, { tasks, ends: work(shard, tasks) });
      started += 1;
    }
  };

  for (;;) {
    if (faults.length === 0 && mayGoOn()) await start().catch((error: unknown) => faults.push(error));
    if (busy.size === 0) break;
    await Promise.race([...busy.values()].map(({ ends }) => ends));
  }
  if (faults.length > 0) throw firstFault(faults);
  return started > 0;
}
