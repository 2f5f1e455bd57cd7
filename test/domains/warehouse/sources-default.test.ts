import { expect, it } from "vitest";
import { ensureDefaultSources } from "../../../src/domains/warehouse/default-sources.ts";
import { testContext } from "../../support/context.ts";
import { answerOf } from "./syncs.ts";

const listed = async () => {
  const { body } = await answerOf("GET", "/sources");
  return (body as unknown as { name: string; enabled: boolean }[]).map(({ name, enabled }) => [name, enabled]);
};

it("a fresh local start has the document's sources, and stripe waits for its key", async () => {
  const ctx = testContext();
  await ensureDefaultSources(ctx);
  await ensureDefaultSources(ctx);
  expect(await listed()).toEqual([
    ["sales_data", true],
    ["stripe_payments", false],
  ]);
  expect((await answerOf("GET", "/sources/sales_data/details")).body["config"]).toMatchObject({
    type: "csv",
    csv: { directory: "data/uploads/sales", file_pattern: "*.csv" },
  });
  expect((await answerOf("GET", "/sources/stripe_payments/details")).body["config"]).toMatchObject({
    type: "stripe",
    enabled: false,
    stripe: { stripe_secret_key_env: "STRIPE_API_KEY", endpoints: ["charges", "customers"] },
  });
});

it("a key in the vault or among the variables enables stripe, once", async () => {
  const ctx = testContext();
  await ensureDefaultSources(ctx);
  expect((await answerOf("PUT", "/secrets/STRIPE_API_KEY", { value: "sk_test_1" })).status).toBe(200);
  expect(await listed()).toContainEqual(["stripe_payments", true]);
  await answerOf("PATCH", "/sources/stripe_payments", { enabled: false });
  await ensureDefaultSources(ctx);
  expect(await listed()).toContainEqual(["stripe_payments", false]);
});

it("a variable of the Worker enables stripe too", async () => {
  const ctx = testContext();
  await ensureDefaultSources({ ...ctx, variable: (name) => (name === "STRIPE_API_KEY" ? "sk_test_1" : undefined) });
  expect(await listed()).toContainEqual(["stripe_payments", true]);
});

it("what was deleted stays deleted, a name that is taken is left alone, and production starts empty", async () => {
  const ctx = testContext();
  await ensureDefaultSources({ ...ctx, config: { ...ctx.config, ENVIRONMENT: "production" } });
  expect(await listed()).toEqual([]);
  await answerOf("POST", "/sources", { name: "sales_data", type: "csv", enabled: false });
  await ensureDefaultSources(ctx);
  expect(await listed()).toContainEqual(["sales_data", false]);
  await answerOf("DELETE", "/sources/sales_data");
  await answerOf("DELETE", "/sources/stripe_payments");
  await ensureDefaultSources(ctx);
  expect(await listed()).toEqual([]);
});
