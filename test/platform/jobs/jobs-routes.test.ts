import { z } from "@hono/zod-openapi";
import { beforeEach, describe, expect, it } from "vitest";
import type { DomainName } from "../../../src/config.ts";
import { type AnyJobDefinition, defineJob, done } from "../../../src/platform/jobs/define.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { testContext } from "../../support/context.ts";
import { errorBody, makeApiToken, register, send, sendUnder, signInAdmin } from "../auth/client.ts";

const definitionOf = (domain: DomainName): AnyJobDefinition =>
  defineJob({
    type: `${domain}-work`,
    version: 1,
    domain,
    queue: "sync",
    params: z.object({}),
    run: async () => done({}),
  });

/** Starts a job as somebody; its message goes nowhere. */
async function startAs(domain: DomainName, userId: string | null) {
  const ctx = testContext(
    userId === null
      ? { principal: { kind: "anonymous" } }
      : { principal: { kind: "user", id: userId, email: "", role: "user", grants: {} } },
  );
  return startJob(ctx, definitionOf(domain), {});
}

/** Nothing is open to strangers, and messages go nowhere. */
const CLOSED = { ANONYMOUS_ACCESS: "", SYNC: { send: async () => {} } };
const list = async (token: string, query = "") => {
  const response = await sendUnder(CLOSED, "GET", `/jobs${query}`, { token });
  return response.json<{ jobs: { id: string }[]; total: number; next_cursor: string | null }>();
};

let alice: { token: string; id: string };
let bob: { token: string; id: string };

beforeEach(async () => {
  alice = await register("alice@example.org");
  bob = await register("bob@example.org");
});

describe("GET /jobs/{job_id}", () => {
  it("shows the whole job to its owner, by either of its ids", async () => {
    const job = await startAs("banking", alice.id);
    const expected = {
      id: job.id,
      flow_run_id: job.flow_run_id,
      type: "banking-work",
      domain: "banking",
      status: "pending",
      subject: null,
      params: {},
      progress: {},
      results: null,
      errors: [],
      attempts: 0,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/),
      started_at: null,
      completed_at: null,
      next_attempt_at: null,
      created_by: alice.id,
    };
    for (const id of [job.id, job.flow_run_id]) {
      const response = await send("GET", `/jobs/${id}`, { token: alice.token });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(expected);
    }
  });

  it("does not say whether a job that the caller may not see is there, not even to an admin for banking", async () => {
    const job = await startAs("banking", alice.id);
    for (const token of [bob.token, await signInAdmin(), await makeApiToken(["market-data"])]) {
      const response = await send("GET", `/jobs/${job.id}`, { token });
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(errorBody("JOB_NOT_FOUND", `Job not found: ${job.id}`));
    }
  });

  it.each(["job_0000000000000000", "'; DROP TABLE jobs --", "..%2F..%2Fetc", "%00", "💥"])(
    "answers 404 for %s",
    async (id) => {
      expect((await send("GET", `/jobs/${id}`, { token: alice.token })).status).toBe(404);
    },
  );
});

describe("GET /jobs", () => {
  it("pages through all jobs that the caller may see, newest first, without gap or double", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await startAs("banking", alice.id)).id);
    await startAs("banking", bob.id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await list(alice.token, `?limit=2${cursor ? `&cursor=${cursor}` : ""}`);
      expect(page.total).toBe(5);
      seen.push(...page.jobs.map((job) => job.id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(ids.toSorted().toReversed());
  });

  it("filters by type, domain and status, and refuses a status that does not exist", async () => {
    const mine = await startAs("banking", alice.id);
    const shared = await startAs("market-data", null);
    expect((await list(alice.token, "?type=banking-work")).jobs.map((job) => job.id)).toEqual([mine.id]);
    expect((await list(alice.token, "?domain=market-data")).jobs.map((job) => job.id)).toEqual([shared.id]);
    expect((await list(alice.token, "?status=completed")).total).toBe(0);
    const wrong = await send("GET", "/jobs?status=sleeping", { token: alice.token });
    expect(wrong.status).toBe(422);
    const limit = await send("GET", "/jobs?limit=0", { token: alice.token });
    expect(limit.status).toBe(422);
  });

  it("shows an anonymous caller the open domains only, and none where all are closed", async () => {
    await startAs("banking", alice.id);
    const shared = await startAs("market-data", null);
    const open = await send("GET", "/jobs");
    expect(await open.json()).toMatchObject({ total: 1, jobs: [{ id: shared.id }] });
    expect((await sendUnder(CLOSED, "GET", "/jobs")).status).toBe(401);
  });
});

describe("POST /jobs/{job_id}/cancel and /retry", () => {
  it("are the owner's, and refused to those who may only read", async () => {
    const job = await startAs("market-data", alice.id);
    const foreign = await sendUnder(CLOSED, "POST", `/jobs/${job.id}/cancel`, { token: bob.token });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toEqual(errorBody("FORBIDDEN", "You may not change this job"));
    const cancelled = await sendUnder(CLOSED, "POST", `/jobs/${job.id}/cancel`, { token: alice.token });
    expect(await cancelled.json()).toMatchObject({ status: "cancelled", completed_at: expect.any(String) });
    const again = await sendUnder(CLOSED, "POST", `/jobs/${job.id}/cancel`, { token: alice.token });
    expect(again.status).toBe(409);
    const retried = await sendUnder(CLOSED, "POST", `/jobs/${job.id}/retry`, { token: alice.token });
    expect(await retried.json()).toMatchObject({ status: "pending", completed_at: null });
  });

  it("refuses a retry while another live job works on the same subject", async () => {
    const ctx = testContext({ principal: { kind: "user", id: alice.id, email: "", role: "user", grants: {} } });
    const definition = definitionOf("market-data");
    const first = await startJob(ctx, definition, {}, { subject: "same" });
    await ctx.db.update(jobs).set({ status: "failed", completed_at: 1 });
    await startJob(ctx, definition, {}, { subject: "same" });
    const response = await sendUnder(CLOSED, "POST", `/jobs/${first.id}/retry`, { token: alice.token });
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual(errorBody("CONFLICT", "Another job already works on same"));
  });
});
