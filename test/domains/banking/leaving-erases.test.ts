import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { chores } from "../../../src/app.ts";
import { createFeeds } from "../../../src/platform/events/feeds.ts";
import { createLogger } from "../../../src/platform/http/log.ts";
import { ADMIN } from "../../platform/auth/client.ts";
import { testContext } from "../../support/context.ts";
import { openDemoBank } from "../../support/demo-bank/client.ts";
import { beginLife, collect, openHouse, useEverything } from "./life.ts";
import { findTraces } from "./traces.ts";

const DAY_MS = 86_400_000;

/** What the deletion worker does `days` from now. */
async function work(days: number): Promise<void> {
  const ctx = testContext({ feeds: createFeeds(env.EVENT_FEED, createLogger("ERROR")) });
  ctx.advance(days * DAY_MS + 1000);
  await chores["delete_leavers"]?.(ctx);
}

it("nothing of a person is left in any table, object or feed, and all of somebody else's is", async () => {
  const bank = await openDemoBank();
  const house = openHouse({
    BANK_URLS: JSON.stringify({ "demo-bank": bank.url }),
    ALLOW_PRIVATE_HOSTS: "127.0.0.1",
    UNREGISTER_DELETION_DAYS: "1",
  });
  const other = await beginLife(house);
  const leaver = await beginLife(house);
  const [run = ""] = leaver.runs;
  await collect(house, leaver, bank, run);
  expect(await house.ask("GET", `/jobs/${run}`, { token: leaver.token })).toMatchObject({ status: "completed" });
  await house.ask("PUT", "/user/collect_automatically", { token: leaver.token });
  const token = await useEverything(house, leaver);
  const texts = [...leaver.texts, "12345678-12345678"];

  const places = (await findTraces(texts)).map((trace) => trace.split(" ")[0]);
  expect([...new Set(places)].toSorted()).toEqual(["DB", "EVENT_FEED", "LAKE", "WAREHOUSE"]);
  const kept = await findTraces(other.texts);

  await house.ask("POST", "/user/unregister", { token });
  await work(0.5);
  expect(await findTraces([leaver.id])).not.toEqual([]);
  await work(1.1);
  expect(await findTraces(texts)).toEqual([]);
  expect(await findTraces(other.texts)).toEqual(kept);
  expect(await house.ask("GET", "/admin/cleanup-metrics")).toMatchObject({ total_deleted: 1, total_errors: 0 });
}, 120_000);

it("whom an admin deletes leaves nothing either, from the next tick on", async () => {
  const house = openHouse();
  const other = await beginLife(house);
  const leaver = await beginLife(house);
  const kept = await findTraces(other.texts);
  const { access_token } = await house.ask("POST", "/user/login", { json: ADMIN });
  const token = String(access_token);
  await house.ask("DELETE", `/admin/users/${leaver.id}`, { token });
  await work(0);
  expect(await findTraces(leaver.texts)).toEqual([]);
  expect(await findTraces(other.texts)).toEqual(kept);
});
