import { expect, it } from "vitest";
import { createClient } from "../../../src/connectors/exchanges/ccxt.ts";
import { exchanges } from "../../../src/connectors/exchanges/exchange-list.ts";

it("every exchange of the list loads in the runtime and is what the list says", async () => {
  const loaded = [];
  for (const { id } of exchanges) {
    const client = await createClient(id, { enableRateLimit: false });
    loaded.push({ id: Object(client).id, timeframes: Object.keys(client.timeframes ?? {}) });
  }
  expect(loaded).toEqual(exchanges.map(({ id, timeframes }) => ({ id, timeframes })));
});
