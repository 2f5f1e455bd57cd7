import type { Context } from "../../context.ts";
import { defineJob, done, failed, resume, type SliceOutcome } from "../../platform/jobs/define.ts";
import { markLive } from "../../platform/storage/objects.store.ts";
import { writeLines } from "./artifact-files.ts";
import { createBell } from "./bell.ts";
import { collect } from "./collect.ts";
import { deliverBatch } from "./deliver.ts";
import { extractionRequest } from "./extraction-params.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import { firstFault } from "./first-fault.ts";
import { planExtraction } from "./plan.ts";
import { readCounts } from "./progress.ts";
import { findNextShard, insertShards, listShards, type ShardRow } from "./shard.store.ts";
import { hasPlan } from "./retention.store.ts";
import { describeDestination } from "./transport.ts";

/** Lists the resources of clouds, shard by shard, and hands each on as an artifact. */
export const extractionJob = defineJob<typeof extractionRequest, ExtractionCursor>({
  type: "extraction",
  version: 1,
  domain: "inventory",
  queue: "extraction",
  params: extractionRequest,
  needed: hasPlan,
  async run(ctx, job) {
    const cursor = job.cursor ?? (await plan(ctx, job));
    for (;;) {
      if (job.outOfTime()) return resume(cursor);
      const rests_until = (await findNextShard(ctx.db, job.id))?.rests_until ?? null;
      const { collected, delivered } = await takeRound(ctx, job, cursor, rests_until === null);
      if (collected || delivered === "sent") continue;
      if (delivered === "waits") return resume(cursor, secondsUntil(ctx, cursor.transport_rests_until));
      if (rests_until === null) return finish(ctx, job, cursor);
      return resume(cursor, secondsUntil(ctx, rests_until));
    }
  },
});

/** What was found is handed on while more is being asked for; neither goes on alone when the other has failed. */
async function takeRound(ctx: Context, job: ExtractionRun, cursor: ExtractionCursor, all: boolean) {
  const state = { isAsking: !all, hasFailed: false };
  const bell = createBell();
  const asking = collect(ctx, job, cursor, {
    mayGoOn: () => state.isAsking && !state.hasFailed && !job.outOfTime(),
    onCommitted: bell.ring,
  }).finally(() => {
    state.isAsking = false;
    bell.ring();
  });
  const handOn = async () => {
    for (;;) {
      const heard = bell.next();
      const delivered = await deliverBatch(ctx, job, cursor, { all });
      if (!state.isAsking) return delivered;
      if (delivered !== "sent") await heard;
    }
  };
  const handing = handOn().catch((error: unknown) => {
    state.hasFailed = true;
    throw error;
  });
  const [collected, delivered] = await Promise.allSettled([asking, handing]);
  if (collected.status === "fulfilled" && delivered.status === "fulfilled") {
    return { collected: collected.value, delivered: delivered.value };
  }
  throw firstFault(
    [collected, delivered].flatMap((settled) => (settled.status === "rejected" ? [settled.reason] : [])),
  );
}

const secondsUntil = (ctx: Context, ms: number) => Math.max(0, (ms - ctx.now()) / 1000);

async function plan(ctx: Context, job: ExtractionRun): Promise<ExtractionCursor> {
  const shards = await planExtraction(ctx, job.params);
  const cursor: ExtractionCursor = {
    transport_faults: 0,
    transport_rests_until: 0,
    transport_errors: [],
  };
  const progress = { processed_resources: 0, total_resources: 0, failed_resources: 0, total_shards: shards.length };
  await job.commit([insertShards(ctx.db, job.id, shards)], { cursor, progress });
  return cursor;
}

/** Writes all artifacts as one file of lines, and says how the shards ended. */
async function finish(ctx: Context, job: ExtractionRun, cursor: ExtractionCursor): Promise<SliceOutcome> {
  const shards = await listShards(ctx.db, job.id);
  const { total, sent, refused } = await readCounts(ctx, job.id);
  const files = ctx.config.INVENTORY_TRANSPORT === "filesystem" ? sent : 0;
  const lines = total > 0 ? await writeLines(ctx, job.id, () => job.progress(job.row.progress)) : null;
  const ran = shards.filter(({ steps }) => steps > 0);
  const results = {
    resources_extracted: total,
    services_processed: new Set(ran.map(({ provider, service }) => `${provider}:${service}`)).size,
    regions_processed: new Set(ran.map(({ provider, region }) => `${provider}:${region}`)).size,
    failed_resources: refused,
    transport: {
      type: ctx.config.INVENTORY_TRANSPORT,
      destination: describeDestination(ctx),
      files_created: files,
      artifacts_sent: sent,
    },
    lines_key: lines?.key ?? null,
  };
  const progress = {
    ...job.row.progress,
    processed_resources: sent,
    total_resources: total,
    failed_resources: refused,
  };
  const last = { ...progress, current_service: null, current_region: null };
  await job.commit(lines ? [markLive(ctx.db, lines.key, ctx.now())] : [], { cursor, progress: last });
  const errors = [...shards.flatMap(describeErrors), ...cursor.transport_errors];
  const nothing = shards.every(({ state }) => state === "failed");
  return nothing ? failed(results, errors.length > 0 ? errors : ["Nothing was selected"]) : done(results, errors);
}

const describeErrors = ({ service, region, errors }: ShardRow) =>
  errors.map((reason) => `${service}/${region}: ${reason}`);
