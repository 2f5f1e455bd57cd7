import { describe, expect, it } from "vitest";
import { moveUrls } from "../../../src/connectors/exchanges/urls.ts";
import { retryAfter, watchFetch } from "../../../src/connectors/exchanges/watched-fetch.ts";
import { unavailable } from "../../../src/errors.ts";

const NOW = Date.UTC(2024, 0, 1);
const failing = (error: unknown) => {
  const broken = async () => {
    throw error;
  };
  return watchFetch({ fetch: broken, now: () => NOW }, "Acme")("http://127.0.0.1/", {});
};

describe("a request to an exchange", () => {
  it("that takes too long may be tried again", async () => {
    const timeout = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    await expect(failing(timeout)).rejects.toMatchObject({
      status: 502,
      message: "Acme did not answer within 30 s",
      retry_after: 1,
    });
  });

  it("that does not get through may be tried again", async () => {
    await expect(failing(new TypeError("connection refused"))).rejects.toMatchObject({
      status: 502,
      message: "Acme could not be reached",
      retry_after: 1,
    });
  });

  it("that our own side refuses keeps its reason", async () => {
    const refusal = unavailable("acme.example is left alone", { retry_after: 30 });
    await expect(failing(refusal)).rejects.toBe(refusal);
  });
});

it.for([
  ["120", 120],
  ["0", 1],
  [new Date(NOW + 1500).toUTCString(), 1],
  [new Date(NOW + 61_000).toUTCString(), 61],
  [new Date(NOW - 5000).toUTCString(), 1],
  ["soon", null],
  [null, null],
] as const)("Retry-After %s means %s seconds", ([header, seconds]) => {
  expect(retryAfter(header, NOW)).toBe(seconds);
});

describe("moved URLs", () => {
  it("keep their paths below the new prefix, whatever their host was", () => {
    const urls = {
      public: "https://api.binance.com/api/v3",
      futures: { data: "https://fapi.binance.com/futures/data" },
      bare: "https://api.kraken.com",
      hosted: "https://api.{hostname}/v5",
      socket: "wss://stream.example/ws",
    };
    expect(moveUrls(urls, "http://127.0.0.1:18600/binance/", "bybit.com")).toEqual({
      public: "http://127.0.0.1:18600/binance/api/v3",
      futures: { data: "http://127.0.0.1:18600/binance/futures/data" },
      bare: "http://127.0.0.1:18600/binance",
      hosted: "http://127.0.0.1:18600/binance/v5",
      socket: "wss://stream.example/ws",
    });
  });

  it("may be one URL for everything", () => {
    expect(moveUrls("https://api.example.com/v1", "https://proxy.test", undefined)).toBe("https://proxy.test/v1");
  });
});
