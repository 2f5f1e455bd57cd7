import type { Context } from "../../context.ts";
import { AppError, conflict, upstreamFailed } from "../../errors.ts";
import { openSettings, readStorageSettings } from "./connections.ts";
import { getResource } from "./resource.ts";
import { type StorageLocationRow, storageLocationResource } from "./storage-locations.ts";

/** Whether a storage location can be reached. Throws 404, 409 for a disabled one, and 502 with the reason. */
export async function testStorageLocation(ctx: Context, id: string) {
  const location = await getResource(ctx, storageLocationResource, id);
  if (!location.enabled) throw conflict("Storage location is disabled");
  try {
    await tryLocation(ctx, location);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw upstreamFailed(error.message, { cause: error });
  }
  return { status: "ok" as const, type: location.type, name: location.name };
}

/** Lists the folder of a location. Throws `AppError` with the reason why that is impossible. */
export async function tryLocation(ctx: Context, location: StorageLocationRow): Promise<void> {
  const settings = await readStorageSettings(ctx, location, location.base_path);
  if (settings === null) {
    await ctx.lake.list({ limit: 1 });
    return;
  }
  const filesystem = await openSettings(ctx, settings);
  try {
    await filesystem.check();
  } finally {
    await filesystem.close();
  }
}
