import type { Context } from "../../context.ts";
import { fileOfSidecar, type Names } from "./names.ts";
import { orphanSidecar } from "./repair.store.ts";

/**
 * What can be done about bytes that are lost: a sidecar that no column names is given up, for its file is read without;
 * others are noted where people see it. False where they stay lost.
 */
export async function noteLoss(ctx: Context, names: Names, key: string, damage: string): Promise<boolean> {
  if (fileOfSidecar(key) !== null) {
    const given = await orphanSidecar(ctx.db, names, key, ctx.now());
    if (given.length > 0) return true;
  }
  for (const { noteDamage } of names.columns) await noteDamage?.(ctx.db, key, damage);
  return false;
}
