import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { chores, createApp } from "../../../src/app.ts";
import type { Env } from "../../../src/context.ts";
import { createFeeds } from "../../../src/platform/events/feeds.ts";
import { createLogger } from "../../../src/platform/http/log.ts";
import { makeRequest, PASSWORD } from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";
import { everyFault } from "../../support/every-fault.ts";
import { type FaultPlan, faultyProcess } from "../../support/faults.ts";
import { beginLife, type House, openHouse } from "./life.ts";
import { findTraces } from "./traces.ts";

const SILENT = createLogger("ERROR");
/** Beyond the rest of an account that could not be deleted. */
const REST_MS = 11 * 60_000;

/** One scan of the deletion worker in a process of its own, `later` ms from now. */
async function scan(bindings: Env, later = 0): Promise<void> {
  const quiet = { ...SILENT, error: () => {} };
  const ctx = testContext({ feeds: createFeeds(env.EVENT_FEED, SILENT), log: quiet }, bindings);
  ctx.advance(later + 1000);
  // The tick logs what a step throws, and goes on.
  await chores["delete_leavers"]?.(ctx).catch(() => {});
}

/** Somebody who has everything, and leaves at once. */
async function leave(house: House): Promise<string[]> {
  const { token, texts } = await beginLife(house);
  await house.ask("POST", "/user/unregister", { token });
  return texts;
}

const readMetrics = async (house: House) => {
  const { total_deleted, total_errors } = await house.ask("GET", "/admin/cleanup-metrics");
  return { deleted: Number(total_deleted), errors: Number(total_errors) };
};

it("somebody whose leaving breaks at any of its operations has left wholly, or can ask again", async () => {
  const house = openHouse();
  const plans: FaultPlan[] = [{ at: 0, moment: "before", kind: "fault" }];
  let strikes = 0;
  for (let next = plans.pop(); next; next = plans.pop()) {
    const plan = next;
    const { id, token, runs, email } = await beginLife(house);
    const process = faultyProcess(env, plan);
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const execution = createExecutionContext();
    const request = makeRequest("POST", "/user/unregister", { token });
    const answer = await createApp().fetch(request, process.env, execution);
    await waitOnExecutionContext(execution);
    vi.restoreAllMocks();
    if (plan.at === 0) {
      for (let at = 1; at <= process.count(); at++) {
        plans.push({ at, moment: "before", kind: "fault" }, { at, moment: "after", kind: "kill" });
      }
    }
    const where = `${plan.kind} ${plan.moment} operation ${plan.at}, answered ${answer.status}`;
    if (process.struck()) strikes += 1;
    const again = await house.call("POST", "/user/unregister", { token });
    expect([again.status, answer.ok || again.ok || again.status === 403], where).toEqual([again.status, true]);
    await chores["end_runs_of_blocked"]?.(testContext());
    const { DB } = env;
    const left = await DB.prepare("SELECT enabled, stopped_for FROM schedules WHERE created_by = ?").bind(id).all();
    expect(left.results, where).toEqual([{ enabled: 0, stopped_for: "leaving" }]);
    const [run] = (await DB.prepare("SELECT status FROM jobs WHERE id = ?").bind(runs[0]).all()).results;
    expect(run, where).toEqual({ status: "cancelled" });
    const codes = await DB.prepare("SELECT id FROM credentials WHERE owner = ? AND purpose LIKE '%code%'").bind(id);
    expect((await codes.all()).results, where).toEqual([]);
    const deletion = await DB.prepare("SELECT deletion_at FROM account_deletions WHERE owner = ?").bind(id).all();
    expect(deletion.results, where).toHaveLength(1);
    await house.ask("POST", "/user/login", { json: { email, password: PASSWORD } });
  }
  // Not every process reads the person's standing anew.
  expect(strikes).toBeGreaterThanOrEqual(6);
}, 200_000);

it("a deletion that breaks at any of its operations leaves nothing, and counts once", async () => {
  const house = openHouse({ UNREGISTER_DELETION_DAYS: "0" });
  await leave(house);
  const calm = faultyProcess(env, { at: 0, moment: "before", kind: "fault" });
  await scan(calm.env);
  const operations = calm.count();
  expect(await readMetrics(house)).toEqual({ deleted: 1, errors: 0 });
  for (const plan of everyFault(operations)) {
    const { at, kind } = plan;
    const texts = await leave(house);
    const before = await readMetrics(house);
    const process = faultyProcess(env, plan);
    await scan(process.env);
    const where = `${kind} after operation ${at} of ${operations}`;
    expect(process.struck(), where).toBe(true);
    await scan(env, REST_MS);
    expect(await findTraces(texts), where).toEqual([]);
    const { deleted, errors } = await readMetrics(house);
    expect(deleted - before.deleted, where).toBe(1);
    expect(errors - before.errors, where).toBeLessThanOrEqual(kind === "kill" ? 0 : 1);
  }
  console.log(`account deletion: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(15);
}, 290_000);
