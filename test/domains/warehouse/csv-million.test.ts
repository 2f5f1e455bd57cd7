import { expect, it } from "vitest";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, sync, uploadBytes } from "./syncs.ts";

const ROWS = 1_000_000;

it("a million rows are loaded, each once", async () => {
  await answerOf("POST", "/sources", { name: "sales", type: "csv" });
  const world = openSyncWorld();
  const parts = ["id,customer,amount,note\n"];
  for (let id = 0; id < ROWS; id++) parts.push(`${id},c${id % 1000},${(id % 10_000) / 4},"note, ${id}"\n`);
  await uploadBytes("sales", "a.csv", new TextEncoder().encode(parts.join("")));
  const began = Date.now();
  expect(await sync(world, "sales")).toMatchObject({ status: "completed", results: { rows: ROWS }, errors: [] });
  console.log(`a million rows: ${Date.now() - began} ms`);
  const counted =
    "count(*) AS n, count(DISTINCT id) AS ids, sum(id) AS sum, sum(amount) AS amount, max(_catchment_line) AS line";
  expect(await rowsOf(world.ctx, `SELECT ${counted} FROM raw_sales__sales`)).toEqual([
    { n: ROWS, ids: ROWS, sum: 499_999_500_000, amount: 1_249_875_000, line: ROWS + 1 },
  ]);
}, 180_000);
