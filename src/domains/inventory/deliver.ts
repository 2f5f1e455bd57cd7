import type { Context } from "../../context.ts";
import { type ArtifactRow, countUndelivered, listUndelivered, settleDeliveries } from "./artifact.store.ts";
import { commitInOrder } from "./commit-in-order.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import type { Delivery } from "./tables.ts";
import { transports } from "./transport.ts";

const MOST_ERRORS = 20;
/** The most before what was faulty is offered again, unless the receiver asks for more: 2, 4, 8, 10, … */
const LONGEST_REST_SECONDS = 10;
/** Batches in a row of which it takes nothing, after which it is down for this job. */
const MOST_BATCHES_IN_VAIN = 5;

const FRESH: Delivery[] = ["pending"];
const UNDELIVERED: Delivery[] = [...FRESH, "tried_once", "tried_twice"];

/**
 * Hands one batch on, once it is full or when `all` are wanted. An artifact that the transport could not take is offered
 * again after a rest, up to three times, and then counted as failed with the reason; others go on meanwhile. A receiver
 * that takes nothing of five batches in a row is down, and gets no more time.
 */
export async function deliverBatch(
  ctx: Context,
  job: ExtractionRun,
  cursor: ExtractionCursor,
  { all }: { all: boolean },
): Promise<"sent" | "waits" | "nothing"> {
  const { batch_size } = job.params;
  const rests = ctx.now() < cursor.transport_rests_until;
  const states = rests ? FRESH : UNDELIVERED;
  const takesNone = rests && cursor.transport_faults > 0;
  const count = takesNone ? 0 : await countUndelivered(ctx.db, job.id, states, batch_size);
  if (count === 0) {
    const left = rests ? await countUndelivered(ctx.db, job.id, UNDELIVERED, 1) : 0;
    return left > 0 ? "waits" : "nothing";
  }
  if (!all && count < batch_size) return "nothing";
  const batch = await listUndelivered(ctx.db, job.id, states, batch_size);
  const send = transports[ctx.config.INVENTORY_TRANSPORT];
  const dispatch = await send(ctx, job.row, batch);
  const { sent, refused, faulty } = dispatch;
  const transport_faults = sent.length + refused.length > 0 ? 0 : cursor.transport_faults + 1;
  const isDown = transport_faults >= MOST_BATCHES_IN_VAIN;
  const seconds = Math.max(dispatch.rests_seconds, Math.min(LONGEST_REST_SECONDS, 2 ** transport_faults));
  const mustRest = !isDown && (faulty.length > 0 || dispatch.rests_seconds > 0);
  const transport_rests_until = mustRest ? ctx.now() + seconds * 1000 : cursor.transport_rests_until;
  const again = isDown ? [] : faulty.filter(({ artifact }) => artifact.delivery !== "tried_twice");
  const kept = new Set([...sent, ...again.map(artifactOf)]);
  const reasons = new Map([...refused, ...faulty].map(({ artifact, reason }) => [artifact, reason]));
  const lost = batch
    .filter(({ artifact }) => !kept.has(artifact) && (isDown || reasons.has(artifact)))
    .map(({ artifact }) => ({ artifact, reason: reasons.get(artifact) ?? dispatch.rests_because }));
  const transport_errors = addErrors(cursor.transport_errors, lost);
  const statements = [
    ...dispatch.statements,
    ...settle(ctx, job, sent, "sent"),
    ...settle(ctx, job, lost.map(artifactOf), "failed"),
    ...settle(ctx, job, again.map(artifactOf).filter(isFresh), "tried_once"),
    ...settle(
      ctx,
      job,
      again.map(artifactOf).filter((artifact) => !isFresh(artifact)),
      "tried_twice",
    ),
  ];
  const changed = { transport_faults, transport_rests_until, transport_errors };
  await commitInOrder(ctx, job, cursor, { statements, cursor: changed, current: null });
  return sent.length + lost.length > 0 ? "sent" : "waits";
}

const isFresh = ({ delivery }: ArtifactRow) => delivery === "pending";

const artifactOf = ({ artifact }: { artifact: ArtifactRow }) => artifact;

function settle(ctx: Context, job: ExtractionRun, artifacts: ArtifactRow[], delivery: Delivery) {
  return artifacts.length > 0 ? [settleDeliveries(ctx.db, job.id, artifacts, delivery)] : [];
}

function addErrors(before: readonly string[], lost: readonly { artifact: ArtifactRow; reason: string }[]): string[] {
  const reasons = lost.map(({ artifact, reason }) => `${artifact.service}/${artifact.region}: transport: ${reason}`);
  return [...new Set([...before, ...reasons])].slice(0, MOST_ERRORS);
}
