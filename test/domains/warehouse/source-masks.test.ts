import { expect, it } from "vitest";
import { findSource } from "../../../src/domains/warehouse/source.store.ts";
import { testContext } from "../../support/context.ts";
import { answerOf } from "./syncs.ts";

const CONFIG = {
  base_url: "https://api.example.org",
  api_key_location: "query",
  headers: { "X-Token": "not for everybody", Accept: "application/json" },
  endpoints: [{ path: "orders", params: { token: "first" } }, { path: "items" }],
};

const shownConfig = async () => {
  const { body } = await answerOf("GET", "/sources/orders/details");
  return (body["config"] as Record<string, Record<string, unknown>>)["rest_api"] ?? {};
};

const storedConfig = async () => (await findSource(testContext().db, "orders"))?.config;

it("settings that come back masked stay as they are stored, and others change", async () => {
  await answerOf("POST", "/sources", { name: "orders", type: "rest_api", config: CONFIG });
  const shown = await shownConfig();
  expect(shown).toMatchObject({
    api_key_location: "****",
    headers: { "X-Token": "****", Accept: "application/json" },
    endpoints: [{ params: { token: "****" } }, {}],
  });
  const changed = { ...shown, base_url: "https://new.example.org" };
  expect(await answerOf("PATCH", "/sources/orders", { config: changed })).toMatchObject({ status: 200 });
  expect(await storedConfig()).toMatchObject({ ...CONFIG, base_url: "https://new.example.org" });
});

it("a mask where nothing is stored is a text like others, and no name leads out of the config", async () => {
  await answerOf("POST", "/sources", { name: "orders", type: "rest_api", config: { ...CONFIG, headers: {} } });
  const headers = { "X-Token": "****" };
  expect(await answerOf("PATCH", "/sources/orders", { config: { ...CONFIG, headers } })).toMatchObject({ status: 200 });
  expect(await storedConfig()).toMatchObject({ headers });
  const config = { ...CONFIG, headers: { constructor: "****" } };
  expect(await answerOf("PATCH", "/sources/orders", { config })).toMatchObject({ status: 200 });
  expect(await storedConfig()).toMatchObject({ headers: { constructor: "****" } });
});

it("a secret stays with its endpoint when others move or go", async () => {
  const endpoints = ["orders", "items", "people"].map((path) => ({ path, params: { token: `of ${path}` } }));
  await answerOf("POST", "/sources", { name: "orders", type: "rest_api", config: { ...CONFIG, endpoints } });
  const shown = await shownConfig();
  const [, items, people] = shown["endpoints"] as unknown as unknown[];
  const config = { ...shown, endpoints: [people, items] };
  expect(await answerOf("PATCH", "/sources/orders", { config })).toMatchObject({ status: 200 });
  expect(await storedConfig()).toMatchObject({ endpoints: [endpoints[2], endpoints[1]] });
});
