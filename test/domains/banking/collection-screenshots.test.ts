import { Buffer } from "node:buffer";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { purges } from "../../../src/app.ts";
import { collectJob } from "../../../src/domains/banking/collect.job.ts";
import { storeScreenshot } from "../../../src/domains/banking/screenshots.ts";
import { defineJob, failed } from "../../../src/platform/jobs/define.ts";
import { markLive } from "../../../src/platform/storage/objects.store.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { errorBody } from "../../platform/auth/client.ts";
import { deliverAll, testContext } from "../../support/context.ts";
import { listRuns, startRun } from "./collections.ts";
import { newPerson, type Person } from "./person.ts";

/** A PNG of one pixel. */
const PNG = Uint8Array.from(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  ),
);

/** A run that failed at a page whose picture is this one. */
async function failedRun(person: Person, png: Uint8Array<ArrayBuffer> = PNG) {
  const ctx = testContext();
  const failing = defineJob<typeof collectJob.params, unknown>({
    ...collectJob,
    async run(inner, job) {
      const screenshot = await storeScreenshot(inner, { ...job, cursor: null, commit: async () => undefined }, png);
      if (screenshot !== null) await job.commit([markLive(inner.db, screenshot, inner.now())], { cursor: null });
      return failed({ files: [], reports: [], ...(screenshot === null ? {} : { screenshot }) }, ["page changed"]);
    },
  });
  const id = await startRun(ctx, person);
  await deliverAll(ctx, new Map([[failing.type, failing]]));
  return { ctx, id };
}

describe("the picture of the page that a run failed at", () => {
  it("is its owner's, as PNG, and nobody keeps it on the way", async () => {
    const person = await newPerson();
    const { id } = await failedRun(person);
    expect((await listRuns(person)).runs).toMatchObject([{ id, has_screenshot: true }]);
    const answer = await person.get(`/user/runs/${id}/screenshot`);
    expect([answer.status, answer.headers.get("Content-Type"), answer.headers.get("Cache-Control")]).toEqual([
      200,
      "image/png",
      "no-store",
    ]);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
  });

  it("is sealed in the lake, and opens for no other run", async () => {
    const person = await newPerson();
    const [one, two] = [await failedRun(person), await failedRun(person, Uint8Array.from([...PNG, 0]))];
    const { objects: stored } = await env.LAKE.list({ prefix: "banking-screenshots/" });
    expect(stored).toHaveLength(2);
    for (const { key } of stored) {
      expect(key).not.toContain(person.id);
      const text = await (await env.LAKE.get(key))?.text();
      expect(text).toMatch(/^v1\.\d+\.[\w-]+\.[\w-]+$/);
    }
    const [row] = await two.ctx.db.select().from(jobs).where(eq(jobs.id, two.id));
    await one.ctx.db
      .update(jobs)
      .set({ results: row?.results ?? null })
      .where(eq(jobs.id, one.id));
    expect((await person.get(`/user/runs/${one.id}/screenshot`)).status).toBe(503);
  });

  it("is as unknown to others as one that is not there", async () => {
    const [person, other] = [await newPerson(), await newPerson()];
    const { id } = await failedRun(person);
    for (const unknown of [id, "job_0000000000000000"]) {
      const answer = await other.get(`/user/runs/${unknown}/screenshot`);
      expect([answer.status, await answer.json()]).toEqual([
        404,
        errorBody("JOB_NOT_FOUND", `Job not found: ${unknown}`),
      ]);
    }
  });

  it("is not there for a run without one, nor for another kind of job", async () => {
    const person = await newPerson();
    const id = await startRun(testContext(), person);
    const answer = await person.get(`/user/runs/${id}/screenshot`);
    expect([answer.status, await answer.json()]).toEqual([404, errorBody("NOT_FOUND", `Screenshot not found: ${id}`)]);
  });

  it("is not kept above two mebibytes", async () => {
    const person = await newPerson();
    const { id } = await failedRun(person, new Uint8Array(2 * 1024 ** 2 + 1));
    expect((await listRuns(person)).runs).toMatchObject([{ id, state: "failed", has_screenshot: false }]);
  });

  it("is given up with its run", async () => {
    const person = await newPerson();
    const { ctx, id } = await failedRun(person);
    const states = async () => {
      const rows = await ctx.db.select({ state: objects.state }).from(objects).where(eq(objects.origin, id));
      return rows.map(({ state }) => state);
    };
    await purges["screenshots"]?.(ctx);
    expect(await states()).toEqual(["live"]);
    await ctx.db.delete(jobs).where(eq(jobs.id, id));
    await purges["screenshots"]?.(ctx);
    expect(await states()).toEqual(["orphaned"]);
  });
});
