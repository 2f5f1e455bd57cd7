import { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { AppError, unavailable } from "../../errors.ts";
import { defineJob, done, resume } from "../jobs/define.ts";
import { type CredentialRow, listSealedByOthers, resealCredential } from "./credentials.store.ts";
import { describeKeys } from "./keys.ts";
import type { SealedSecret } from "./vault.ts";

/** Rows of one commit; each costs two AES operations and a statement. */
const ROWS_A_COMMIT = 50;

interface Cursor {
  /** Id of the last row that was looked at. */
  after: string;
  resealed: number;
  /** Reason to number of secrets that did not open. */
  unopened: Record<string, number>;
}

/** Seals every secret under the current key; secrets whose key is lost stay as they are and are counted. */
export const rotateVaultJob = defineJob<z.ZodObject, Cursor>({
  type: "vault-rotate",
  version: 1,
  domain: "platform",
  queue: "sync",
  params: z.object({}),
  async run(ctx, job) {
    const version = ctx.vault.currentVersion();
    let cursor: Cursor = job.cursor ?? { after: "", resealed: 0, unopened: {} };
    for (;;) {
      const rows = await listSealedByOthers(ctx.db, version, cursor.after, ROWS_A_COMMIT);
      const last = rows.at(-1);
      if (!last) return summarize(ctx, cursor);
      if (job.outOfTime()) return resume(cursor);
      const { secrets, unopened } = await resealRows(ctx, rows, cursor.unopened);
      const statements = secrets.map(({ row, secret }) => resealCredential(ctx.db, row, secret, ctx.now()));
      cursor = { after: last.id, resealed: cursor.resealed + secrets.length, unopened };
      await job.commit(statements, { cursor, progress: { resealed: cursor.resealed } });
    }
  },
});

async function resealRows(ctx: Context, rows: CredentialRow[], before: Record<string, number>) {
  const unopened = { ...before };
  const secrets: { row: CredentialRow; secret: SealedSecret }[] = [];
  for (const row of rows) {
    try {
      secrets.push({ row, secret: await ctx.vault.seal(row, await ctx.vault.open(row, row.sealed)) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unopened[error.message] = (unopened[error.message] ?? 0) + 1;
    }
  }
  return { secrets, unopened };
}

async function summarize(ctx: Context, { resealed, unopened }: Cursor) {
  const errors = Object.entries(unopened).map(([reason, secrets]) => `${reason} (secrets: ${secrets})`);
  if (resealed === 0 && errors.length > 0) throw unavailable(errors.join("; "));
  const { current_version, keys } = await describeKeys(ctx);
  const others = keys.filter((key) => key.version !== current_version);
  const remaining = Object.fromEntries(
    others.filter((key) => key.secrets > 0).map((key) => [key.version, key.secrets]),
  );
  const unused_versions = others.filter((key) => key.configured && key.secrets === 0).map((key) => key.version);
  return done({ resealed, remaining, unused_versions }, errors);
}
