import type { Context } from "../../context.ts";
import { AppError, unprocessable } from "../../errors.ts";
import { getResource, type Resource } from "./resource.ts";
import type { ManagedRow } from "./resource.store.ts";

/** What a field names; throws 422 when it is unknown or deleted. */
export async function requireReference<Row extends ManagedRow>(
  ctx: Context,
  resource: Resource<Row>,
  id: string,
  field: string,
): Promise<Row> {
  try {
    return await getResource(ctx, resource, id);
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 404) throw error;
    throw unprocessable([{ field, message: error.message }]);
  }
}
