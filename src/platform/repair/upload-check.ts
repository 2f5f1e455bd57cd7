import { eq, gt, type SQL } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { describeError } from "../http/log.ts";
import { DAY_MS, HOUR_MS } from "../retention/purge.ts";
import { endUpload } from "../storage/end-upload.ts";
import { objects } from "../storage/tables.ts";
import type { Check } from "./check.ts";
import { forgetUpload, listAbandoned } from "./repair.store.ts";

const UPLOADS_A_LOOK = 100;
/** Time that the sweeper may take for what is due. */
const PATIENCE_MS = HOUR_MS;

/**
 * Looks for uploads in parts that the sweeper should have ended: R2 keeps and charges for their parts until somebody
 * does. Only those that a row knows are seen.
 */
export const uploadCheck: Check = {
  async look(ctx, after) {
    const abandoned = await findAbandoned(ctx, gt(objects.key, after ?? ""));
    const findings = abandoned.map(({ key, state_since }) => ({
      kind: "upload-abandoned",
      key,
      detail: `Its parts have waited for the rest since ${new Date(state_since).toISOString()}`,
    }));
    const last = abandoned.length === UPLOADS_A_LOOK ? abandoned.at(-1)?.key : null;
    return { findings, looked_at: abandoned.length, after: last ?? null };
  },

  async repair(ctx, { key }) {
    const [row] = await findAbandoned(ctx, eq(objects.key, key));
    if (!row?.r2_upload_id) return true;
    const isEnded = await endUpload(ctx.lake, row).then(
      () => true,
      (error: unknown) => {
        ctx.log.warning("upload_not_ended", { key, ...describeError(error) });
        return false;
      },
    );
    if (!isEnded) return false;
    await forgetUpload(ctx.db, key, row.r2_upload_id);
    return true;
  },
};

function findAbandoned(ctx: Context, keys: SQL) {
  const kept_since = ctx.now() - ctx.config.UPLOAD_RETENTION_HOURS * HOUR_MS - PATIENCE_MS;
  const unused_since = Math.min(kept_since, ctx.now() - DAY_MS - PATIENCE_MS);
  return listAbandoned(ctx.db, { unused_since, kept_since, keys }, UPLOADS_A_LOOK);
}
