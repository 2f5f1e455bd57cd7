import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import { getJob } from "../../platform/jobs/control.ts";
import { type Purged, purgedOf, ROWS_A_TURN } from "../../platform/retention/purge.ts";
import { putObject } from "../../platform/storage/objects.ts";
import { screenshotSecret } from "./bank-secrets.ts";
import { COLLECT } from "./collection-schedule.ts";
import { requireOwner } from "./owner.ts";
import { collectionResults, type CollectionRun } from "./collection-run.ts";
import { persist } from "./persist.ts";
import { orphanScreenshots, SCREENSHOTS } from "./screenshot.store.ts";

/** A picture above this is not kept: sealing holds it in memory several times. */
const MOST_BYTES = 2 * 1024 ** 2;

/** Seals the picture of the page that a run failed at, and returns its key; null when it could not be kept. */
export async function storeScreenshot(
  ctx: Context,
  { id, params: { owner } }: CollectionRun,
  png: Uint8Array<ArrayBuffer>,
): Promise<string | null> {
  if (png.byteLength > MOST_BYTES) return null;
  try {
    const { sealed } = await ctx.vault.seal(screenshotSecret(owner, id), Buffer.from(png).toString("base64"));
    const bytes = new TextEncoder().encode(sealed);
    const input = { path: `${SCREENSHOTS}${id}.png`, bytes, content_type: "application/octet-stream", origin: id };
    const { key } = await persist(() => putObject(ctx, input));
    return key;
  } catch (error) {
    ctx.log.warning("screenshot_not_kept", { job_id: id, ...describeError(error) });
    return null;
  }
}

/** The picture of the page that a run of the caller failed at, as PNG. Throws 404 without one, or for others' runs. */
export async function openScreenshot(ctx: Context, id: string): Promise<Uint8Array<ArrayBuffer>> {
  const owner = requireOwner(ctx);
  const job = await getJob(ctx, id);
  const { screenshot } = job.type === COLLECT ? collectionResults.parse(job.results) : { screenshot: null };
  const object = screenshot === null || job.created_by !== owner ? null : await ctx.lake.get(screenshot);
  if (!object) throw notFound(`Screenshot not found: ${id}`);
  return Uint8Array.from(
    Buffer.from(await ctx.vault.open(screenshotSecret(owner, job.id), await object.text()), "base64"),
  );
}

/** Gives up pictures of runs that are gone. */
export async function purgeScreenshots(ctx: Context): Promise<Purged> {
  return purgedOf(await orphanScreenshots(ctx.db, ctx.now(), ROWS_A_TURN));
}
