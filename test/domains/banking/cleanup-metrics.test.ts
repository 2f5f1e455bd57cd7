import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { chores, jobDefinitions } from "../../../src/app.ts";
import { getCleanupMetrics } from "../../../src/domains/banking/cleanup.ts";
import { deleteLeavers } from "../../../src/domains/banking/account-deletion.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { errorBody, register, send, sendUnder } from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";

const HOUR_MS = 3_600_000;
const NONE = { last_run_at: null, total_deleted: 0, total_errors: 0, total_scans: 0 };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);

const read = async () => {
  const answer = await send("GET", "/admin/cleanup-metrics");
  return { status: answer.status, body: await answer.json() };
};

async function leave(): Promise<void> {
  const { token } = await register(`leaver-${crypto.randomUUID()}@example.org`);
  await sendUnder({ UNREGISTER_DELETION_DAYS: "0" }, "POST", "/user/unregister", { token });
}

describe("GET /admin/cleanup-metrics", () => {
  it("shows a worker that has not run yet, to anybody", async () => {
    expect(await read()).toEqual({ status: 200, body: NONE });
  });

  it("counts scans and accounts, and keeps the counts when the process is another", async () => {
    await leave();
    await leave();
    for (let tick_number = 0; tick_number < 3; tick_number++) {
      const ctx = testContext();
      ctx.advance(1000);
      await tick(ctx, jobDefinitions, chores);
    }
    expect(await read()).toEqual({
      status: 200,
      body: { last_run_at: TIME, total_deleted: 2, total_errors: 0, total_scans: 3 },
    });
  });

  it("counts a person who cannot be deleted once a scan, lets them rest, and deletes the others", async () => {
    await leave();
    await leave();
    const ctx = testContext();
    ctx.advance(1000);
    ctx.log.error = () => {};
    const [stuck] = await ctx.db.all<{ owner: string }>("SELECT owner FROM account_deletions ORDER BY deletion_at");
    const erase = async (_: unknown, { id }: { id: string }) => {
      if (id === stuck?.owner) throw new Error("The lake does not answer");
      return true;
    };
    await deleteLeavers(ctx, erase);
    expect((await read()).body).toMatchObject({ total_deleted: 1, total_errors: 1, total_scans: 1 });
    ctx.advance(60_000);
    await deleteLeavers(ctx, erase);
    expect((await read()).body).toMatchObject({ total_deleted: 1, total_errors: 1, total_scans: 2 });
    ctx.advance(10 * 60_000);
    await deleteLeavers(ctx, erase);
    expect((await read()).body).toMatchObject({ total_deleted: 1, total_errors: 2, total_scans: 3 });
    ctx.advance(11 * 60_000);
    await deleteLeavers(ctx, async () => true);
    expect((await read()).body).toMatchObject({ total_deleted: 2, total_errors: 2, total_scans: 4 });
  });

  it("goes on in the next scan with what did not fit into one", async () => {
    await leave();
    const ctx = testContext();
    ctx.advance(1000);
    let calls = 0;
    const erase = async () => {
      ctx.advance(12_000);
      return ++calls === 4;
    };
    await deleteLeavers(ctx, erase);
    expect([calls, (await read()).body]).toMatchObject([2, { total_deleted: 0, total_errors: 0 }]);
    await deleteLeavers(ctx, erase);
    expect([calls, (await read()).body]).toMatchObject([4, { total_deleted: 1, total_errors: 0 }]);
  });

  it("says that the worker is not available once it has not run for an hour", async () => {
    const ctx = testContext();
    await tick(ctx, jobDefinitions, chores);
    ctx.advance(HOUR_MS - 60_000);
    expect(await getCleanupMetrics(ctx)).toMatchObject({ total_scans: 1 });
    await env.DB.prepare("UPDATE cleanup_metrics SET last_run_at = last_run_at - ?")
      .bind(HOUR_MS + 1000)
      .run();
    expect(await read()).toEqual({ status: 503, body: errorBody("UNAVAILABLE", "Deletion worker not available") });
  });
});
