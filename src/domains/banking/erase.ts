import type { Erase } from "../../platform/domain.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { deleteFence } from "../../platform/jobs/fence.store.ts";
import { eraseObjects } from "../../platform/storage/erase-objects.ts";
import { collectionSubject } from "./collection-schedule.ts";
import { deleteRowsOf, objectsOf } from "./erase.store.ts";

/** A person's files, reports, pictures and login facts. The rows go after the objects, for they lead to them. */
export const eraseBanking: Erase = async (ctx, { id }) => {
  const subject = collectionSubject(id);
  await cancelJobsOfSubject(ctx, subject);
  await deleteFence(ctx.db, "fence", subject);
  await deleteFence(ctx.warehouse, "_catchment_fence", subject);
  if (!(await eraseObjects(ctx, objectsOf(id)))) return false;
  await ctx.db.batch([...deleteRowsOf(ctx.db, id)]);
  return true;
};
