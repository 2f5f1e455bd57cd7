import { z } from "@hono/zod-openapi";
import { expect, it } from "vitest";
import { defineJob, done, type JobDefinition } from "../../../src/platform/jobs/define.ts";
import { disownJobsOf, eraseJobsOf } from "../../../src/platform/jobs/erase-jobs.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { resendLostJobs } from "../../../src/platform/jobs/sweep.ts";
import { deliverAll, testContext } from "../../support/context.ts";

const params = z.object({});
type Cursor = { steps: number };
const OWNER = "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10";

function counting(domain: "banking" | "market-data", run: JobDefinition<typeof params, Cursor>["run"]) {
  const definition = defineJob<typeof params, Cursor>({
    ...{ type: "counting", version: 1, domain, queue: "ingestion", params, run },
  });
  return { definition, definitions: new Map([[definition.type, definition]]) };
}

it("a job that others share goes on from its last commit, as nobody's, when its owner is erased in the middle of it", async () => {
  const ctx = testContext();
  const attempts: (number | null)[] = [];
  const { definition, definitions } = counting("market-data", async (_, job) => {
    const steps = job.cursor?.steps ?? 0;
    attempts.push(steps);
    await job.commit([], { cursor: { steps: steps + 1 } });
    if (steps === 0) {
      expect(await disownJobsOf(ctx, OWNER, "banking")).toBe(true);
      ctx.advance(2000);
      await job.progress({ message: "still the owner's" });
    }
    return done({ steps: steps + 1 });
  });
  const { id } = await startJob(ctx, definition, {}, { created_by: OWNER });
  await deliverAll(ctx, definitions);
  const erased_at = ctx.published.length;
  ctx.advance(61_000);
  await resendLostJobs(ctx);
  await deliverAll(ctx, definitions);
  expect(await findJob(ctx.db, id)).toMatchObject({ status: "completed", created_by: null, results: { steps: 2 } });
  expect(attempts).toEqual([0, 1]);
  const owners = ctx.published.slice(erased_at).map(({ event }) => event.owner);
  expect(owners.length).toBeGreaterThan(0);
  expect(owners.every((owner) => owner === null)).toBe(true);
});

it("jobs of a person's own domain are stopped and gone, those of somebody else stay", async () => {
  const ctx = testContext();
  const { definition } = counting("banking", async () => done({}));
  const own = await startJob(ctx, definition, {}, { created_by: OWNER, subject: `counting:${OWNER}` });
  const other = await startJob(ctx, definition, {}, { created_by: "somebody-else" });
  expect(await eraseJobsOf(ctx, OWNER, "banking")).toBe(true);
  expect(await findJob(ctx.db, own.id)).toBeUndefined();
  expect(await findJob(ctx.db, other.id)).toMatchObject({ status: "pending", created_by: "somebody-else" });
  const fences = await ctx.db.all<{ subject: string }>("SELECT subject FROM fence");
  expect(fences.filter(({ subject }) => subject.includes(OWNER))).toEqual([]);
});

it("more jobs than one call takes need another", async () => {
  const ctx = testContext();
  const { definition } = counting("banking", async () => done({}));
  for (let number = 0; number < 51; number++) await startJob(ctx, definition, {}, { created_by: OWNER });
  expect(await eraseJobsOf(ctx, OWNER, "banking")).toBe(false);
  expect(await eraseJobsOf(ctx, OWNER, "banking")).toBe(true);
  expect(await ctx.db.all("SELECT id FROM jobs")).toEqual([]);
});
