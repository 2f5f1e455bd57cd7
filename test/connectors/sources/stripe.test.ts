import { describe, expect, test } from "vitest";
import { openStripeWorld } from "../../support/rest-server/client.ts";
import { everything, failureOf, readAll } from "./exchanges.ts";

const ids = (first: number, last: number) =>
  Array.from({ length: first - last + 1 }, (_, index) => String(first - index));
const numbersOf = (rows: Record<string, unknown>[]) => rows.map(({ id }) => String(id).split("_").at(-1));

describe("paging", () => {
  test("reads every charge once, a hundred at a time, each page from behind the last object", async () => {
    const world = await openStripeWorld();
    const rows = await readAll(world.open(), "charges");
    expect(numbersOf(rows)).toEqual(ids(250, 1));
    const requests = await world.requests();
    expect(requests).toHaveLength(3);
    expect(requests[0]).toBe("GET /v1/charges?limit=100");
    expect(requests[1]).toMatch(/^GET \/v1\/charges\?limit=100&starting_after=\w+_151$/);
  });

  test("neither misses nor repeats an object while new ones appear", async () => {
    const world = await openStripeWorld({ grows: true });
    expect(numbersOf(await readAll(world.open(), "charges"))).toEqual(ids(250, 1));
  });

  test("goes on from the page that failed half-way", async () => {
    const world = await openStripeWorld({ faults: [{ on: "starting_after", times: 1, cut: true }] });
    const source = world.open();
    const first = await source.page("charges", null, everything);
    expect(await failureOf(source.page("charges", first.next, everything))).toMatchObject({
      status: 502,
      retry_after: 1,
    });
    const second = await source.page("charges", first.next, everything);
    expect(numbersOf(second.rows)).toEqual(ids(150, 51));
  });

  test("asks for the days of the sync, else for those of the config", async () => {
    const world = await openStripeWorld();
    const source = world.open({ start_date: "2023-11-15", end_date: "2023-11-15" });
    expect(await readAll(source, "charges")).toHaveLength(24);
    await readAll(source, "charges", { ...everything, start_date: "2023-11-16", end_date: "2023-11-16" });
    expect(await world.requests()).toEqual([
      "GET /v1/charges?limit=100&created[gte]=1700006400&created[lte]=1700092799",
      "GET /v1/charges?limit=100&created[gte]=1700092800&created[lte]=1700179199",
    ]);
  });

  test("asks for events from a day before the last one on", async () => {
    const world = await openStripeWorld();
    const rows = await readAll(world.open(), "events", { ...everything, since: "1700900000" });
    expect(numbersOf(rows)).toEqual(ids(250, 226));
  });
});

describe("the streams", () => {
  test("are named as in Stripe's lists or as its objects", async () => {
    const world = await openStripeWorld();
    const resources = await world.open({ endpoints: ["Charge", "customers", "BalanceTransaction"] }).resources();
    expect(resources.map(({ name }) => name).sort()).toEqual(["balance_transactions", "charges", "customers"]);
    expect(resources[0]).toMatchObject({ primary_key: ["id"], write_disposition: "merge", cursor_field: null });
  });

  test("that Stripe does not have are refused", async () => {
    const world = await openStripeWorld();
    expect(await failureOf(world.open({ endpoints: ["wishes"] }).resources())).toMatchObject({
      status: 422,
      errors: [{ field: "resources", message: expect.stringContaining("Stripe has no wishes, only charges,") }],
    });
  });
});

describe("a failure", () => {
  test("for a wrong key is for good and does not show the key", async () => {
    const world = await openStripeWorld();
    const failure = await failureOf(world.open({}, "sk_live_of_another").check());
    expect(failure).toMatchObject({
      message:
        "Stripe: GET " +
        new URL(`${world.url}/v1/customers`).pathname +
        ": the credentials are refused (401): Invalid API Key provided: ***",
      retry_after: undefined,
    });
  });

  test("for a missing endpoint is for good and names it", async () => {
    const world = await openStripeWorld();
    const failure = await failureOf(readAll(world.open(), "payouts"));
    expect(failure).toMatchObject({ status: 502, retry_after: undefined });
    expect(String(failure)).toMatch(/GET \/worlds\/[\w-]+\/v1\/payouts: there is no such endpoint or object \(404\)/);
  });

  test("for a limited rate says how long to wait", async () => {
    const world = await openStripeWorld({
      faults: [{ on: "charges", times: 1, status: 429, headers: { "Retry-After": "7" } }],
    });
    expect(await failureOf(readAll(world.open(), "charges"))).toMatchObject({ status: 429, retry_after: 7 });
    expect(await readAll(world.open(), "charges")).toHaveLength(250);
  });

  test("of the server may pass", async () => {
    const world = await openStripeWorld({ faults: [{ on: "charges", status: 503 }] });
    expect(await failureOf(readAll(world.open(), "charges"))).toMatchObject({ status: 502, retry_after: 1 });
  });
});
