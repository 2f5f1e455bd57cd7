import { expect, it } from "vitest";
import { testContext } from "../../support/context.ts";
import { load, target } from "./loads.ts";
import { answerOf } from "./syncs.ts";

async function loadTables() {
  const ctx = testContext();
  await load(ctx, target(), [[{ id: 1, paid: true }]]);
  await load(ctx, target({ name: "items" }), [[{ id: 9007199254740993n }, { id: 2 }]]);
  await load(ctx, target({ schema: "raw_other", owner: "source:other" }), [[{ day: "2024-01-05" }]]);
}

const shown = (body: Record<string, unknown>) =>
  (body["tables"] as { sql_name: string }[]).map(({ sql_name }) => sql_name);

it("tables that SQL can read are listed a page at a time", async () => {
  expect(await answerOf("GET", "/tables")).toEqual({ status: 200, body: { tables: [], total: 0, next_cursor: null } });
  await loadTables();
  const { body } = await answerOf("GET", "/tables?limit=2");
  expect(body).toMatchObject({ total: 3, next_cursor: 2 });
  expect(shown(body)).toEqual(["raw_other__orders", "raw_shop__items"]);
  const rest = await answerOf("GET", "/tables?limit=2&cursor=2");
  expect(rest.body).toEqual({
    tables: [
      {
        ...{ schema: "raw_shop", name: "orders", sql_name: "raw_shop__orders", owner_kind: "source", owner: "shop" },
        columns: [
          { name: "id", type: "integer" },
          { name: "paid", type: "boolean" },
        ],
        row_count: 1,
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    ],
    total: 3,
    next_cursor: null,
  });
  expect(shown((await answerOf("GET", "/tables?schema=raw_other")).body)).toEqual(["raw_other__orders"]);
  expect((await answerOf("GET", "/tables?limit=0")).status).toBe(400);
});

it("the first rows of a table are shown", async () => {
  await loadTables();
  expect(await answerOf("GET", "/tables/raw_shop/items/preview?limit=1")).toEqual({
    status: 200,
    body: { columns: [{ name: "id", type: "integer" }], rows: [["9007199254740993"]], row_count: 1, truncated: true },
  });
  expect(await answerOf("GET", "/tables/raw_shop/nothing/preview")).toMatchObject({
    status: 404,
    body: { message: "Table 'raw_shop.nothing' not found" },
  });
  expect((await answerOf("GET", "/tables/_catchment/tables/preview")).status).toBe(404);
});
