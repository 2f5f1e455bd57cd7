import type { Context } from "../../context.ts";
import { type ArtifactRow, listUndelivered, settleDeliveries } from "./artifact.store.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import { readProgress } from "./progress.ts";
import { transports } from "./transport.ts";

/** Times that a batch is offered to the transport. */
const MOST_ATTEMPTS = 3;
const MOST_ERRORS = 20;

/**
 * Hands one batch on, once it is full or when `all` are wanted. An artifact that the transport could not take is offered
 * again, up to three times, and then counted as failed with the reason.
 */
export async function deliverBatch(
  ctx: Context,
  job: ExtractionRun,
  cursor: ExtractionCursor,
  { all }: { all: boolean },
): Promise<"sent" | "waits" | "nothing"> {
  const { batch_size } = job.params;
  const batch = await listUndelivered(ctx.db, job.id, batch_size);
  if (batch.length === 0 || (!all && batch.length < batch_size)) return "nothing";
  const send = transports[ctx.config.INVENTORY_TRANSPORT];
  const { sent, refused, faulty, statements } = await send(ctx, job.row, batch);
  const tries = faulty.length > 0 ? cursor.transport_faults + 1 : 0;
  const givenUp = tries >= MOST_ATTEMPTS ? faulty : [];
  const lost = [...refused, ...givenUp];
  cursor.transport_faults = givenUp.length > 0 ? 0 : tries;
  cursor.transport_errors = addErrors(cursor.transport_errors, lost);
  const settled = [
    ...statements,
    ...settle(ctx, job, sent, "sent"),
    ...settle(
      ctx,
      job,
      lost.map(({ artifact }) => artifact),
      "failed",
    ),
  ];
  await job.commit(settled, { cursor, progress: await readProgress(ctx, job.id, null) });
  return sent.length + lost.length > 0 ? "sent" : "waits";
}

function settle(ctx: Context, job: ExtractionRun, artifacts: ArtifactRow[], delivery: "sent" | "failed") {
  return artifacts.length > 0 ? [settleDeliveries(ctx.db, job.id, artifacts, delivery)] : [];
}

function addErrors(before: readonly string[], lost: readonly { artifact: ArtifactRow; reason: string }[]): string[] {
  const reasons = lost.map(({ artifact, reason }) => `${artifact.service}/${artifact.region}: transport: ${reason}`);
  return [...new Set([...before, ...reasons])].slice(0, MOST_ERRORS);
}
