import { eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RecipeFailure } from "../../../src/connectors/banks/bank.ts";
import { openBankIo } from "../../../src/domains/banking/bank-io.ts";
import { collectJob } from "../../../src/domains/banking/collect.job.ts";
import { collectionSubject } from "../../../src/domains/banking/collection-schedule.ts";
import type { CollectionRun } from "../../../src/domains/banking/collection-run.ts";
import { bankLogins } from "../../../src/domains/banking/tables.ts";
import { cancelJobsOfSubject } from "../../../src/platform/jobs/control.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { openDemoBank } from "../../support/demo-bank/client.ts";
import { deliverAll, testContext, type TestContext } from "../../support/context.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { collect, collections, listRuns, startRun, storeLogin, useBank } from "./collections.ts";
import { newPerson } from "./person.ts";

const MINUTE_MS = 60_000;

/** A run beats every five seconds: here it need not be waited for. */
beforeEach(() => {
  const wait = scheduler.wait.bind(scheduler);
  vi.spyOn(scheduler, "wait").mockImplementation((ms, options) => wait(ms / 50, options));
});
afterEach(() => vi.restoreAllMocks());

async function newCustomer(changes: Record<string, string> = {}) {
  const [person, bank] = [await newPerson(), await openDemoBank()];
  await storeLogin(person, "demo", changes);
  return { person, bank, ctx: useBank(testContext(), bank) };
}

const refusedAt = async (ctx: TestContext, owner: string) =>
  (await ctx.db.select().from(bankLogins).where(eq(bankLogins.owner, owner)).get())?.refused_at ?? null;

/** A run that nobody can take away, as its steps see it. */
const heldRun = (progress: CollectionRun["progress"] = async () => {}) =>
  ({ id: "run", row: { progress: {} }, params: { owner: "somebody" }, progress }) as unknown as CollectionRun;

it("a refused login is remembered, whichever operation fails after it", async () => {
  const world = openJobWorld(collections, {});
  const attempt = async (at: number) => {
    const { person, bank } = await newCustomer({ password: "wrong" });
    useBank(world.ctx, bank);
    Object.assign(world, openJobWorld(collections, { BANK_URLS: { "demo-bank": bank.url } }));
    const id = await startRun(world.ctx, person);
    const worked = await world.work(id, { at, moment: "before", kind: "fault" });
    const { logins } = await bank.report();
    if (logins.length > 0) expect(await refusedAt(world.ctx, person.id), `operation ${at}`).not.toBeNull();
    return worked.process.count();
  };
  const operations = await attempt(0);
  for (let at = 1; at <= operations; at++) await attempt(at);
  expect(operations).toBeGreaterThan(5);
}, 120_000);

it("a refused login is remembered when its run is cancelled meanwhile", async () => {
  const { person, bank, ctx } = await newCustomer({ password: "wrong" });
  const id = await startRun(ctx, person);
  const { fetch } = ctx;
  ctx.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if ((await bank.report()).logins.length > 0) await cancelJobsOfSubject(ctx, collectionSubject(person.id));
    ctx.advance(2000);
    return answer;
  };
  await deliverAll(ctx, collections);
  expect((await listRuns(person)).runs).toMatchObject([{ id, state: "cancelled" }]);
  expect(await refusedAt(ctx, person.id)).not.toBeNull();
  expect((await person.get("/user/next_run")).status).toBe(404);
  expect((await bank.report()).logins).toHaveLength(1);
});

it("what a visit has collected counts when it ends soon after its time", async () => {
  const ctx = testContext();
  const io = openBankIo(ctx, heldRun(), null);
  const collected = [{ report: "accounts" }];
  const late = async () => {
    ctx.advance(5 * MINUTE_MS + 1);
    await scheduler.wait(10_000);
    return collected;
  };
  expect(await io.visiting(late)).toEqual(collected);
});

it("a visit that goes on after its time ends at its next step, with what it has collected", async () => {
  const ctx = testContext();
  const io = openBankIo(ctx, heldRun(), null);
  const step = { description: "Download", done: 1, total: 2 };
  const visit = async () => {
    ctx.advance(5 * MINUTE_MS + 1);
    await scheduler.wait(10_000);
    await io.onStep(step).catch((error: RecipeFailure) => {
      throw new RecipeFailure(error.kind, error.message, { collected: [] });
    });
  };
  await expect(io.visiting(visit)).rejects.toMatchObject({ kind: "timed-out", collected: [] });
  const hanging = openBankIo(ctx, heldRun(), null).visiting(async () => {
    ctx.advance(5 * MINUTE_MS + 1);
    await scheduler.wait(60_000);
  });
  await expect(hanging).rejects.toMatchObject({ kind: "timed-out" });
});

it("a run keeps its lease while it stores a report for long", async () => {
  const { person, bank, ctx } = await newCustomer();
  const left: number[] = [];
  const { lake } = ctx;
  const store = async (...input: unknown[]) => {
    for (let second = 0; second < 90; second += 15) {
      ctx.advance(15_000);
      await scheduler.wait(10_000);
    }
    const [row] = await ctx.db.select().from(jobs).where(eq(jobs.created_by, person.id));
    left.push((row?.lease_expires_at ?? 0) - ctx.now());
    return Reflect.apply(lake.put, lake, input);
  };
  ctx.lake = new Proxy(lake, {
    get(_, name) {
      if (name === "put") return store;
      const member: unknown = Reflect.get(lake, name);
      return typeof member === "function" ? member.bind(lake) : member;
    },
  });
  expect(await collect(ctx, { person, bank })).toMatchObject({ state: "completed" });
  expect(left.length).toBeGreaterThan(0);
  expect(Math.min(...left)).toBeGreaterThan(0);
}, 60_000);

it("another version of the job signs in no second time", () => {
  const read = (cursor: unknown) => collectJob.readCursor?.(cursor, 0);
  const sent = {
    password_sent: true,
    files: [],
    reports: [],
    errors: [],
    failure: null,
    screenshot: null,
    ended: false,
  };
  expect(read({ ...sent, password_sent: false })).toEqual({ ...sent, password_sent: false });
  expect(read({ ...sent, files: ["a.parquet"], extra: 1 })).toEqual({ ...sent, files: ["a.parquet"] });
  for (const unreadable of [{}, "sent", 7, { files: 1 }, { password_sent: "no" }]) {
    expect(read(unreadable)).toEqual(sent);
  }
});
