import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { cancelJob } from "../../../src/platform/jobs/control.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { openDemoBank } from "../../support/demo-bank/client.ts";
import { deliverAll, testContext } from "../../support/context.ts";
import { errorBody, send, sendUnder, signInAdmin } from "../../platform/auth/client.ts";
import {
  asPerson,
  collect,
  collections,
  listRuns,
  rowOf,
  startRun,
  storeLogin,
  useBank,
  withPhone,
} from "./collections.ts";
import { newPerson } from "./person.ts";

const REPORTS = ["accounts", "transactions", "holdings", "statement"];

/** Somebody with a login at a bank of their own, and what their runs work with. */
async function newCustomer(username = "demo", changes: Record<string, string> = {}) {
  const [person, bank] = [await newPerson(), await openDemoBank()];
  await storeLogin(person, username, changes);
  return { person, bank, ctx: useBank(testContext(), bank) };
}

describe("a run", () => {
  it("signs in once, keeps every report as files of the person, and signs out", async () => {
    const { person, bank, ctx } = await newCustomer();
    const run = await collect(ctx, { person, bank });
    expect(run).toMatchObject({ state: "completed", error: null, errors: [], has_screenshot: false });
    expect(run.reports.map(({ report }) => report)).toEqual(REPORTS);
    expect(run.reports.every(({ new_rows }) => new_rows > 0)).toBe(true);
    expect(run.reports.find(({ report }) => report === "statement")).toMatchObject({ balances_match: true });
    const seen = await bank.report();
    expect(seen.logins).toEqual([{ username: "demo", outcome: "accepted" }]);
    expect(seen.open_sessions).toBe(0);
    const list = await (await person.get("/data/list")).json<{ files: { filename: string }[] }>();
    expect(list.files.map(({ filename }) => filename)).toEqual(run.files.toSorted());
    for (const file of run.files) {
      const preview = await person.get(`/data/files/${file}/preview`);
      expect([file, preview.status]).toEqual([file, 200]);
    }
  });

  it("adds nothing when the bank gives the same again", async () => {
    const { person, bank, ctx } = await newCustomer();
    const first = await collect(ctx, { person, bank });
    const before = await (await person.get("/data/list")).json();
    const second = await collect(ctx, { person, bank });
    expect(second).toMatchObject({ state: "completed", errors: [], files: first.files });
    expect(second.reports.map(({ new_rows }) => new_rows)).toEqual([0, 0, 0, 0]);
    expect(await (await person.get("/data/list")).json()).toEqual(before);
  });

  it("says what it is doing, and never what was typed", async () => {
    const { person, bank, ctx } = await newCustomer();
    const lines: string[] = [];
    const write = (event: string, fields?: object) => void lines.push(JSON.stringify({ event, ...fields }));
    ctx.log = { debug: write, info: write, warning: write, error: write };
    const run = await collect(ctx, { person, bank });
    const { codes } = await bank.report();
    const frames = ctx.published.filter(({ topic }) => topic === `job:${run.id}`).map(({ event }) => event);
    expect(frames.length).toBeGreaterThan(2);
    for (const { owner } of ctx.published.map(({ event }) => event)) expect(owner).toBe(person.id);
    const messages = frames.map(({ data }) => (data["progress"] as { message?: string }).message);
    expect(messages.some((message) => message?.startsWith("Open the login page"))).toBe(true);
    expect(run.progress).toEqual({ message: "Finished", done: 4, total: 4 });
    const row = JSON.stringify(await rowOf(ctx, run.id));
    const told = [...lines, JSON.stringify(ctx.published), row].join("\n");
    for (const secret of ["12345678-12345678", ...codes.map(({ code }) => code)]) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/"(username|password|account_number)"/);
  });

  it("is joined when another is asked for while it is under way", async () => {
    const { person, ctx } = await newCustomer();
    const [one, two] = [await startRun(ctx, person), await startRun(ctx, person)];
    expect(two).toBe(one);
    expect(await listRuns(person)).toMatchObject({ total: 1 });
    expect(ctx.messages).toHaveLength(1);
  });

  it("ends with its reason without a stored login", async () => {
    const [person, bank] = [await newPerson(), await openDemoBank()];
    const run = await collect(useBank(testContext(), bank), { person, bank });
    expect(run).toMatchObject({ state: "failed", error: "no stored bank credentials", files: [], reports: [] });
    expect((await bank.report()).requests).toEqual([]);
  });

  it("does not sign in for somebody who is blocked", async () => {
    const { person, bank, ctx } = await newCustomer();
    const id = await startRun(ctx, person);
    const admin = await signInAdmin();
    await send("PATCH", `/admin/users/${person.id}`, { token: admin, json: { blocked: true } });
    await deliverAll(ctx, collections);
    expect(await rowOf(ctx, id)).toMatchObject({ status: "failed", errors: ["the account is blocked or gone"] });
    expect((await bank.report()).requests).toEqual([]);
  });

  it("ends when the login is refused, and the bank is not asked again before another one is stored", async () => {
    const { person, bank, ctx } = await newCustomer("demo", { password: "wrong" });
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "failed", error: "login refused" });
    expect((await person.get("/user/next_run")).status).toBe(404);
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "failed", error: "login refused" });
    const outcomes = async () => (await bank.report()).logins.map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(["refused"]);
    await storeLogin(person);
    expect((await person.get("/user/next_run")).status).toBe(200);
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "completed" });
    expect(await outcomes()).toEqual(["refused", "accepted"]);
  });

  it("signs in no second time when somebody has its failed run tried again", async () => {
    const { person, bank, ctx } = await newCustomer("demo", { password: "wrong" });
    const { id } = await collect(ctx, { person, bank });
    await storeLogin(person);
    await person.send("POST", `/jobs/${id}/retry`);
    ctx.messages.push({ queue: "ingestion", job_id: id, due_at: ctx.now() });
    await deliverAll(ctx, collections);
    const [again] = (await listRuns(person)).runs;
    expect(again).toMatchObject({ id, state: "failed", error: "login refused" });
    expect((await bank.report()).logins).toHaveLength(1);
  });

  it("ends when no code comes", async () => {
    const { person, bank, ctx } = await newCustomer("nocode");
    let waits = 0;
    const run = await collect(ctx, { person, bank }, ({ requests }) => {
      if (requests.includes("GET /code") && ++waits === 20) ctx.advance(31_000);
    });
    expect(run).toMatchObject({ state: "failed", error: "one-time code not received in 30 s" });
    expect((await bank.report()).logins).toHaveLength(1);
  });

  it("takes no code that came before it signed in", async () => {
    const { person, bank, ctx } = await newCustomer();
    const old = await person.send("POST", "/netbank/otp", JSON.stringify({ code: "000000" }));
    expect(old.status).toBe(202);
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "completed" });
  });

  it("ends when a page is not what it was, and names what is missing", async () => {
    const { person, bank, ctx } = await newCustomer("changed");
    const run = await collect(ctx, { person, bank });
    expect(run).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/^page changed: element .+ not found$/),
    });
  });

  it("ends a session that is open elsewhere", async () => {
    const { person, bank, ctx } = await newCustomer("busy");
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "completed" });
  });

  it("keeps the reports that were complete when a later one cannot be got", async () => {
    const { person, bank, ctx } = await newCustomer();
    await bank.change({ lies: { "GET /reports/statement.xml": "page-not-file" } });
    const run = await collect(ctx, { person, bank });
    expect(run).toMatchObject({ state: "failed", error: expect.stringMatching(/^page changed: /) });
    expect(run.reports.map(({ report }) => report)).toEqual(REPORTS.slice(0, 3));
    expect(run.files).not.toEqual([]);
    expect((await bank.report()).open_sessions).toBe(0);
  });

  it("names a report that cannot be read, and keeps the others", async () => {
    const { person, bank, ctx } = await newCustomer();
    // A file of the person's own has the name that the report's file would have.
    await person.upload("transactions.parquet", "not ours");
    const run = await collect(ctx, { person, bank });
    expect(run.state).toBe("completed");
    expect(run.errors).toEqual([expect.stringMatching(/^transactions: /)]);
    expect(run.reports.map(({ report }) => report)).toEqual(REPORTS.filter((report) => report !== "transactions"));
  });

  it("fails in a browser where there is none, and health says so", async () => {
    const { person, bank, ctx } = await newCustomer("demo", { bank: "demo-bank-browser" });
    ctx.browser = null;
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "failed", error: "selenium not configured" });
    expect((await bank.report()).requests).toEqual([]);
    const health = await sendUnder({ BROWSER: undefined }, "GET", "/health");
    expect(await health.json()).toMatchObject({
      components: { selenium: { ready: false, error: expect.stringContaining("not configured") } },
    });
  });

  it("tries again while nobody has signed in, and signs in once when the bank is back", async () => {
    const { person, bank, ctx } = await newCustomer();
    useBank(ctx, { url: "http://127.0.0.1:9" });
    const id = await startRun(ctx, person);
    await deliverAll(ctx, collections, 1).catch(() => undefined);
    expect(await rowOf(ctx, id)).toMatchObject({ status: "running", errors: [] });
    useBank(ctx, bank);
    await withPhone(ctx, { person, bank }, () => deliverAll(ctx, collections));
    expect((await listRuns(person)).runs).toMatchObject([{ id, state: "completed" }]);
    expect((await bank.report()).logins).toHaveLength(1);
  });

  it("gives up a bank that stays away, with the reason", async () => {
    const { person, bank, ctx } = await newCustomer();
    useBank(ctx, { url: "http://127.0.0.1:9" });
    const run = await collect(ctx, { person, bank });
    expect(run.state).toBe("failed");
    expect(run.error).toMatch(/reached|reach/);
  });

  it("holds its lease while it waits", async () => {
    const { person, bank, ctx } = await newCustomer("nocode");
    const id = await startRun(ctx, person);
    const leases = new Set<number>();
    const watch = async () => {
      const row = await rowOf(ctx, id);
      if (row?.lease_expires_at) leases.add(row.lease_expires_at);
      if (leases.size === 2 && row?.status === "running") await cancelJob(asPerson(ctx, person), id);
    };
    const watching: Promise<void>[] = [];
    await withPhone(
      ctx,
      { person, bank },
      () => deliverAll(ctx, collections),
      // No step begins any more once the page of the code is there.
      ({ requests }) => void (requests.includes("GET /code") && watching.push(watch())),
    );
    await Promise.all(watching);
    const [first = 0, second = 0] = [...leases];
    expect(second - first).toBeGreaterThan(3000);
    expect((await rowOf(ctx, id))?.status).toBe("cancelled");
  });

  it("ends as interrupted when another attempt takes it over, and neither signs in again", async () => {
    const { person, bank, ctx } = await newCustomer("nocode");
    const id = await startRun(ctx, person);
    let takeover: Promise<void> | undefined;
    const takeOver = async () => {
      await ctx.db.update(jobs).set({ lease_expires_at: 1 }).where(eq(jobs.id, id));
      await runSlice(ctx, collections, id);
    };
    await withPhone(
      ctx,
      { person, bank },
      () => deliverAll(ctx, collections),
      ({ requests }) => {
        if (requests.includes("GET /code")) takeover ??= takeOver();
      },
    );
    await takeover;
    expect((await listRuns(person)).runs).toMatchObject([{ id, state: "failed", errors: ["interrupted after login"] }]);
    expect(await rowOf(ctx, id)).toMatchObject({ attempts: 2 });
    expect((await bank.report()).logins).toHaveLength(1);
  });

  it("stops when it is cancelled, takes no code any more, and holds nobody up", async () => {
    const { person, bank, ctx } = await newCustomer("nocode");
    const id = await startRun(ctx, person);
    let cancelled = false;
    await withPhone(
      ctx,
      { person, bank },
      () => deliverAll(ctx, collections),
      ({ requests }) => {
        if (cancelled || !requests.includes("GET /code")) return;
        cancelled = true;
        void cancelJob(asPerson(ctx, person), id);
      },
    );
    expect((await listRuns(person)).runs).toMatchObject([{ id, state: "cancelled", files: [] }]);
    await storeLogin(person);
    expect(await collect(ctx, { person, bank })).toMatchObject({ state: "completed" });
  });
});

describe("collecting now", () => {
  const silent = { send: async () => {}, sendBatch: async () => {} };

  it("answers bare true, and moves the daily time by nothing", async () => {
    const person = await newPerson({ INGESTION: silent });
    const before = await (await person.get("/user/schedule")).json();
    for (const _ of [1, 2]) {
      const answer = await person.send("PUT", "/user/collect_automatically");
      expect([answer.status, await answer.json()]).toEqual([200, true]);
    }
    expect(await (await person.get("/user/schedule")).json()).toEqual(before);
    const { runs, total } = await listRuns(person);
    expect([total, runs]).toEqual([
      1,
      [
        {
          id: expect.stringMatching(/^job_\d{16}$/),
          state: "pending",
          progress: {},
          error: null,
          errors: [],
          files: [],
          reports: [],
          started_at: null,
          completed_at: null,
          has_screenshot: false,
        },
      ],
    ]);
    expect(await (await person.get("/user/job-status")).json()).toMatchObject({ last_run: runs[0] });
  });

  it("says so when no run can be started", async () => {
    const DB = new Proxy(env.DB, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (name === "withSession") return () => DB;
        if (name === "prepare") {
          return (sql: string) => {
            if (/^insert into "jobs"/i.test(sql)) throw new Error("The database refuses");
            return target.prepare(sql);
          };
        }
        if (name === "getBookmark") return () => null;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const person = await newPerson({ DB });
    const answer = await person.send("PUT", "/user/collect_automatically");
    expect([answer.status, await answer.json()]).toEqual([500, errorBody("JOB_START_ERROR", "Failed to start job")]);
  });
});

describe("the list of runs", () => {
  it("is newest first, a page at a time", async () => {
    const person = await newPerson();
    const ctx = testContext();
    const ids: string[] = [];
    for (let run = 0; run < 3; run++) {
      ids.unshift(await startRun(ctx, person));
      await deliverAll(ctx, collections);
      ctx.advance(1000);
    }
    const page = async (query: string) => {
      const answer = await person.get(`/user/runs?${query}`);
      const body = await answer.json<{ runs: { id: string }[]; total: number; next_cursor: string | null }>();
      return { ...body, runs: body.runs.map(({ id }) => id) };
    };
    expect(await page("limit=2")).toEqual({ runs: ids.slice(0, 2), total: 3, next_cursor: ids[1] });
    expect(await page(`limit=2&cursor=${ids[1]}`)).toEqual({ runs: ids.slice(2), total: 3, next_cursor: null });
  });

  it.each(["limit=0", "limit=501", "limit=x", `cursor=${"x".repeat(65)}`])("refuses %s", async (query) => {
    const person = await newPerson();
    expect((await person.get(`/user/runs?${query}`)).status).toBe(422);
  });
});

describe("another person", () => {
  it("sees nothing of a run: not by list, id, socket or screenshot", async () => {
    const [{ person, bank, ctx }, other] = [await newCustomer(), await newPerson()];
    const { id } = await collect(ctx, { person, bank });
    expect((await person.get(`/jobs/${id}`)).status).toBe(200);
    expect(await listRuns(other)).toEqual({ runs: [], total: 0, next_cursor: null });
    for (const unknown of [id, "job_0000000000000000"]) {
      for (const path of [`/jobs/${unknown}`, `/user/runs/${unknown}/screenshot`]) {
        const answer = await other.get(path);
        expect([answer.status, await answer.json()]).toEqual([
          404,
          errorBody("JOB_NOT_FOUND", `Job not found: ${unknown}`),
        ]);
      }
      for (const action of ["cancel", "retry"]) {
        expect((await other.send("POST", `/jobs/${unknown}/${action}`)).status).toBe(404);
      }
      const stream = await other.get(`/ws/jobs/${unknown}`, { Accept: "text/event-stream" });
      expect(stream.status).toBe(404);
    }
    const own = await person.get(`/ws/jobs/${id}`, { Accept: "text/event-stream" });
    expect([own.status, await own.text()]).toEqual([200, expect.stringContaining('"status":"completed"')]);
    expect((await send("GET", "/user/runs")).status).toBe(401);
  });

  it("starts runs of their own beside it", async () => {
    const [{ person, ctx }, { person: other }] = [await newCustomer(), await newCustomer()];
    const [one, two] = [await startRun(ctx, person), await startRun(ctx, other)];
    expect(two).not.toBe(one);
    await cancelJob(asPerson(ctx, person), one);
    expect((await listRuns(other)).runs).toMatchObject([{ id: two, state: "pending" }]);
    await expect(cancelJob(asPerson(ctx, person), two)).rejects.toThrow("Job not found");
  });
});
