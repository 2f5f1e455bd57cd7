import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const openCounter = () => env.SOCKET_COUNTER.getByName(`user:${crypto.randomUUID()}`);
type Counter = ReturnType<typeof openCounter>;

/** What is stored of a reader. */
const tablesOf = (counter: Counter) =>
  runInDurableObject(counter, (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master")
      .toArray()
      .map(({ name }) => name),
  );

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});
const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

it("keeps nothing of a reader who has no seat, and counts from nothing when they come back", async () => {
  const counter = openCounter();
  await counter.leave("never");
  expect(await tablesOf(counter)).toEqual([]);
  expect([await counter.take("a", "platform", 1), await counter.take("b", "platform", 1)]).toEqual([true, false]);
  await counter.leave("b");
  expect(await tablesOf(counter)).not.toEqual([]);
  await counter.leave("a");
  expect(await tablesOf(counter)).toEqual([]);
  expect([await counter.take("b", "platform", 1), await counter.take("c", "platform", 1)]).toEqual([true, false]);
});

it("finds by its alarm what got lost of a reader who does not come back", async () => {
  const counter = openCounter();
  await counter.take("lost", "platform", 1);
  expect(await runDurableObjectAlarm(counter)).toBe(true);
  expect(await tablesOf(counter)).not.toEqual([]);
  wait(31_000);
  expect(await runDurableObjectAlarm(counter)).toBe(true);
  expect(await tablesOf(counter)).toEqual([]);
});

it("asks the feeds no more than every half minute for a reader who is refused", async () => {
  const counter = openCounter();
  const take = (id: string) => counter.take(id, "platform", 1);
  await take("a");
  wait(31_000);
  expect(await take("b")).toBe(true);
  expect(await take("c")).toBe(false);
  await runInDurableObject(counter, (_, { storage }) => {
    storage.sql.exec("UPDATE seats SET taken_at = taken_at - 60000");
  });
  expect(await take("d")).toBe(false);
  wait(31_000);
  expect(await take("e")).toBe(true);
});
