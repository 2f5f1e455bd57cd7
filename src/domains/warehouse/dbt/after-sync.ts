import type { Context } from "../../../context.ts";
import { findSource } from "../source.store.ts";
import { followSync } from "./runs.ts";
import { writeStagingFiles } from "./staging-files.ts";

/** Brings the models over a source up to date after its sync, where the source wants that. */
export async function runModelsAfter(ctx: Context, name: string): Promise<void> {
  const source = await findSource(ctx.db, name);
  if (!source?.auto_dbt) return;
  await writeStagingFiles(ctx, source);
  await followSync(ctx, name);
}
