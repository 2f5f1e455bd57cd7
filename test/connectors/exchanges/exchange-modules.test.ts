import { expect, it } from "vitest";
import { createClient } from "../../../src/connectors/exchanges/ccxt.ts";
import { exchanges } from "../../../src/connectors/exchanges/exchange-list.ts";

it.for(exchanges)("$id loads in the runtime and is what the list says", async ({ id, timeframes, candles }) => {
  const client = await createClient(id, { enableRateLimit: false });
  expect(client).toMatchObject({ id, enableRateLimit: false });
  expect(Object.keys(client.timeframes ?? {})).toEqual(timeframes);
  expect(candles).toBe("has" in client && Object(client.has).fetchOHLCV === true);
});
