import { findSourceType } from "../../connectors/sources/source-types.ts";
import type { OpenSource } from "../../connectors/sources/source.ts";
import type { Context } from "../../context.ts";
import { AppError, badRequest } from "../../errors.ts";
import { openStorage } from "./file-storage.ts";
import { isUploadType } from "./file-types.ts";
import { sourceIo } from "./source-io.ts";
import type { SourceRow } from "./source.store.ts";
import { requireSource } from "./sources.ts";

/** Opens a source that is read over the network; throws 400 for a type that is not. */
export function openSource(ctx: Context, { type, config }: Pick<SourceRow, "type" | "config">): OpenSource {
  const known = findSourceType(type);
  if (!known?.open) throw badRequest(`Sources of type '${type}' are not read over the network`);
  return known.open(known.config.parse(config), sourceIo(ctx));
}

/** Says whether a source answers to its credentials, and why not. Throws 404 for a name that there is not. */
export async function checkSource(ctx: Context, name: string) {
  const source = await requireSource(ctx, name);
  try {
    if (source.type === "filesystem") await openStorage(ctx, source).list(null);
    // Files that were uploaded need no connection.
    else if (!isUploadType(source.type)) await openSource(ctx, source).check();
    return { success: true, message: "Connected", source_name: name };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { success: false, message: error.message, source_name: name };
  }
}
