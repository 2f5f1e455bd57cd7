import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { storeBankLogin } from "../../../src/domains/banking/bank-login.ts";
import { makeForwarderKey } from "../../../src/domains/banking/code-forwarder.ts";
import { collectJob } from "../../../src/domains/banking/collect.job.ts";
import { collectionSubject } from "../../../src/domains/banking/collection-schedule.ts";
import { uploadFile } from "../../../src/domains/banking/data-files.ts";
import { eraseBanking } from "../../../src/domains/banking/erase.ts";
import { acceptCode } from "../../../src/domains/banking/one-time-codes.ts";
import { uploadReport } from "../../../src/domains/banking/own-reports.ts";
import { persist } from "../../../src/domains/banking/persist.ts";
import { storeReport } from "../../../src/domains/banking/reports.ts";
import { users } from "../../../src/platform/auth/tables.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import { claimJob, raiseFenceForClaim } from "../../../src/platform/jobs/job.store.ts";
import { JobStopped } from "../../../src/platform/jobs/running-job.ts";
import { startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext, type TestContext } from "../../support/context.ts";
import { asPerson } from "./collections.ts";
import { newPerson, type Person } from "./person.ts";
import { findTraces } from "./traces.ts";

const MINUTE_MS = 60_000;

const formOf = (filename: string) => {
  const form = new FormData();
  form.set("file", new File(["date;amount\n2026-01-01;1\n"], filename));
  return new Request("http://localhost/", { method: "POST", body: form });
};

const login = { username: "demo", account_number: "1", password: "demo", bank: "demo-bank" };
const report = {
  ...{ report: "giro", filename: "giro.csv", content_type: "text/csv" },
  content: Uint8Array.from(new TextEncoder().encode("date;amount\n2026-01-01;1\n")),
};

const WRITES: Record<string, (ctx: ReturnType<typeof asPerson>) => Promise<unknown>> = {
  "a file": (ctx) => uploadFile(ctx, formOf("giro.csv")),
  "a report": (ctx) => uploadReport(ctx, formOf("giro.csv")),
  "a login": (ctx) => storeBankLogin(ctx, login),
  "a forwarder's key": (ctx) => makeForwarderKey(ctx),
  "a one-time code": (ctx) => acceptCode(ctx, { code: "483920" }),
};

describe.each(Object.keys(WRITES))("%s", (name) => {
  it("is not stored for somebody who was blocked or deleted meanwhile", async () => {
    const ctx = testContext();
    const [blocked, gone] = [await newPerson(), await newPerson()];
    await ctx.db.update(users).set({ blocked_at: ctx.now() }).where(eq(users.id, blocked.id));
    await ctx.db.delete(users).where(eq(users.id, gone.id));
    for (const person of [blocked, gone]) {
      const before = await findTraces([person.id]);
      await expect(WRITES[name]?.(asPerson(ctx, person))).rejects.toMatchObject({ code: "USER_BLOCKED" });
      const after = (await findTraces([person.id])).filter((trace) => !before.includes(trace));
      // What the sweeper takes.
      expect(after.filter((trace) => !/objects|LAKE/.test(trace))).toEqual([]);
      const kept = await ctx.db
        .select()
        .from(objects)
        .where(eq(objects.origin, `banking:${person.id}`));
      expect(kept.filter(({ state }) => state === "live")).toEqual([]);
    }
  });
});

/** A run of the person that an attempt holds. */
async function holdRun(ctx: TestContext, { id: owner }: Person): Promise<JobRow> {
  const options = { subject: collectionSubject(owner), created_by: owner };
  const { job } = await startOrJoinJob(ctx, collectJob, { owner }, options);
  const now = ctx.now();
  const [, [row]] = await ctx.db.batch([
    raiseFenceForClaim(ctx.db, job.id, now),
    claimJob(ctx.db, job.id, now, now + MINUTE_MS),
  ]);
  if (!row) throw new Error("The run cannot be held");
  return row;
}

it("an attempt that holds its run no more stores no report, and does not try again", async () => {
  const [person, ctx] = [await newPerson(), testContext()];
  const run = await holdRun(ctx, person);
  const input = { owner: person.id, bank: null, origin: run.id, run, report };
  await eraseBanking(ctx, { id: person.id, email: person.email });
  let attempts = 0;
  const store = () => {
    attempts += 1;
    return storeReport(ctx, input);
  };
  await expect(persist(store)).rejects.toBeInstanceOf(JobStopped);
  expect(attempts).toBe(1);
  expect(await (await person.get("/data/list")).json()).toMatchObject({ files: [] });
  const kept = await ctx.db
    .select()
    .from(objects)
    .where(eq(objects.origin, `banking:${person.id}`));
  expect(kept.filter(({ state }) => state === "live")).toEqual([]);
});

it("an attempt that begins while its owner is erased leaves no fence", async () => {
  const [person, ctx] = [await newPerson(), testContext()];
  const { job } = await startOrJoinJob(
    ctx,
    collectJob,
    { owner: person.id },
    { subject: collectionSubject(person.id), created_by: person.id },
  );
  const { publish } = ctx.feeds;
  const late = {
    ...ctx,
    feeds: {
      ...ctx.feeds,
      async publish(...input: Parameters<typeof publish>) {
        // It has been claimed, and the warehouse does not know yet.
        await eraseBanking(ctx, { id: person.id, email: person.email });
        await publish(...input);
      },
    },
  };
  await runSlice(late, new Map([[collectJob.type, collectJob]]), job.id);
  expect((await findTraces([person.id])).filter((trace) => /^\S+ _?(catchment_)?fence /.test(trace))).toEqual([]);
});
