import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { testContext } from "../../support/context.ts";
import { JANUARY, minuteCandles, seedSeries, storeMonth } from "../../support/lake.ts";
import { ask, bytesOf, FIELDS, formWith, sha256Of, upload } from "./feature-forms.ts";

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
const PATH = "data/features/rsi_indicators/1.0.0/BINANCE/SPOT/BTCUSDT/features.parquet";
const objectsOf = async () => (await env.DB.prepare("SELECT key, state FROM objects ORDER BY key").all()).results;
const storedKeys = async () => (await env.LAKE.list()).objects.map(({ key }) => key);

it.each(["/features", "/api/v1/features"])(
  "%s stores a file sent before its fields and shows it everywhere",
  async (root) => {
    const data = new TextEncoder().encode("any format");
    const response = await upload(formWith(new Blob([data])), `${root}/upload`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "success",
      version: "1.0.0",
      message: "Feature rsi_indicators v1.0.0 uploaded successfully",
    });
    const checksum = await sha256Of(data);
    const identity = { id: 1, exchange: "BINANCE", symbol: "BTCUSDT", market: "SPOT", feature_set: "rsi_indicators" };
    expect(await (await ask("/features?symbol=BTCUSDT")).json()).toEqual([
      { ...identity, version: "1.0.0", path: PATH, checksum, created_at: expect.stringMatching(TIME) },
    ]);
    expect(await (await ask(`${root}/1`)).json()).toEqual({
      ...identity,
      version: "1.0.0",
      file_path: PATH,
      file_size_bytes: 10,
      checksum,
      created_at: expect.stringMatching(TIME),
    });
    expect(await (await ask("/api/v1/features")).json()).toEqual({
      datasets: [
        {
          id: "1",
          exchange: "BINANCE",
          symbol: "BTCUSDT",
          market: "SPOT",
          timeframe: "1.0.0",
          data_type: "rsi_indicators",
          file_path: PATH,
          file_size_bytes: 10,
          last_modified: expect.stringMatching(TIME),
          time_from: null,
          time_to: null,
        },
      ],
      total: 1,
    });
    expect(await (await ask("/list?data_type=rsi_indicators")).json()).toEqual([
      { id: 1, symbol: "BTCUSDT", exchange: "BINANCE", market: "SPOT", path: PATH, type: "rsi_indicators" },
    ]);
    expect(await objectsOf()).toEqual([{ key: expect.stringContaining("/features.parquet"), state: "live" }]);
  },
);

it("takes the fields from the query, or after the file, or before it; the field of the form wins", async () => {
  const fileLast = new FormData();
  for (const [name, value] of Object.entries(FIELDS)) fileLast.append(name, value);
  fileLast.append("file", bytesOf("a"), "last.csv");
  expect((await upload(fileLast)).status).toBe(200);
  const query = new URLSearchParams({ ...FIELDS, version: "9" });
  expect((await upload(formWith(bytesOf("b"), {}, "query.csv"), `/features/upload?${query}`)).status).toBe(200);
  const both = await upload(formWith(bytesOf("c"), { version: "2" }, "both.csv"), `/features/upload?${query}`);
  expect(await both.json()).toMatchObject({ version: "2" });
  const { version: _version, ...withoutVersion } = FIELDS;
  expect(await (await upload(formWith(bytesOf("d"), withoutVersion, "default.csv"))).json()).toMatchObject({
    version: "1.0.0",
  });
});

it("keeps files of equal name apart by symbol, market, exchange, set, version and file name", async () => {
  const variants = [
    FIELDS,
    { ...FIELDS, symbol: "ETHUSDT" },
    { ...FIELDS, market: "futures" },
    { ...FIELDS, exchange: "kraken" },
    { ...FIELDS, feature_set: "other" },
    { ...FIELDS, version: "1.0.1" },
  ];
  for (const [index, fields] of variants.entries()) await upload(formWith(bytesOf(`file ${index}`), fields));
  await upload(formWith(bytesOf("file 6"), FIELDS, "second.parquet"));
  for (let index = 0; index < 7; index++) {
    expect(await (await ask(`/features/${index + 1}/download`)).text()).toBe(`file ${index}`);
  }
});

it("replaces the bytes of an equal upload, keeps its id, and leaves the old object to the sweeper", async () => {
  await upload(formWith(bytesOf("old")));
  await env.DB.prepare("UPDATE manifest SET created_at = 86400000").run();
  await upload(formWith(bytesOf("newer")));
  expect(await (await ask("/features/1")).json()).toMatchObject({
    file_size_bytes: 5,
    created_at: "1970-01-02T00:00:00",
    checksum: await sha256Of(new TextEncoder().encode("newer")),
  });
  expect(await (await ask("/features/1/download")).text()).toBe("newer");
  const states = (await objectsOf()).map(({ state }) => state);
  expect(states.toSorted()).toEqual(["live", "orphaned"]);
});

it("leaves one live object when equal uploads come at once", async () => {
  await Promise.all(["a", "b", "c", "d"].map((text) => upload(formWith(bytesOf(text)))));
  const states = (await objectsOf()).map(({ state }) => state);
  expect(states.toSorted()).toEqual(["live", "orphaned", "orphaned", "orphaned"]);
  expect(await (await ask("/features/1/download")).text()).toMatch(/^[abcd]$/);
});

it("lists sets by series, their versions newest first, each once", async () => {
  for (const version of ["1.9", "1.10", "2.0.0-rc1", "2.0.0", "v1.11"]) {
    await upload(formWith(bytesOf("x"), { ...FIELDS, version }));
  }
  await upload(formWith(bytesOf("x"), { ...FIELDS, version: "1.9" }, "second.csv"));
  await upload(formWith(bytesOf("x"), { ...FIELDS, symbol: "ETH/USDT" }));
  const series = { name: "rsi_indicators", exchange: "BINANCE", market: "SPOT" };
  expect(await (await ask("/features/sets")).json()).toEqual({
    feature_sets: [
      { ...series, symbol: "BTCUSDT", versions: ["2.0.0", "2.0.0-rc1", "v1.11", "1.10", "1.9"] },
      { ...series, symbol: "ETHUSDT", versions: ["1.0.0"] },
    ],
  });
  expect(await (await ask("/api/v1/features/sets?symbol=eth_usdt&exchange=binance&market=spot")).json()).toEqual({
    feature_sets: [{ ...series, symbol: "ETHUSDT", versions: ["1.0.0"] }],
  });
});

it("files a feature under the printed symbol of a series that is known by the name, and finds it by all of them", async () => {
  await seedSeries(testContext(), { market: "SWAP", unified_symbol: "BTC/USDT:USDT" });
  await upload(formWith(bytesOf("x"), { ...FIELDS, market: "swap", symbol: "BTC/USDT:USDT" }));
  for (const symbol of ["BTCUSDT", "BTC/USDT:USDT", "btc-usdt"]) {
    const found = await ask(`/features?symbol=${encodeURIComponent(symbol)}`);
    expect(await found.json()).toMatchObject([{ symbol: "BTCUSDT", market: "SWAP" }]);
  }
});

it("pages in a stable order and filters by set and version", async () => {
  for (const version of ["1", "2", "3"]) await upload(formWith(bytesOf("x"), { ...FIELDS, version }));
  const page = await (
    await ask("/api/v1/features?limit=2&offset=1")
  ).json<{ datasets: { id: string }[]; total: number }>();
  expect([page.total, page.datasets.map(({ id }) => id)]).toEqual([3, ["2", "3"]]);
  const filtered = await ask("/features?feature_set=rsi_indicators&version=2");
  expect(await filtered.json()).toMatchObject([{ id: 2 }]);
  expect(await (await ask("/features?feature_set=RSI_INDICATORS")).json()).toEqual([]);
  const etag = (await ask("/features")).headers.get("ETag") ?? "";
  expect((await ask("/features", { headers: { "If-None-Match": etag } })).status).toBe(304);
});

it("downloads whole, in ranges and not at all when nothing has changed", async () => {
  await upload(formWith(bytesOf("0123456789"), FIELDS, "größe x.csv"));
  const whole = await ask("/features/1/download");
  expect(whole.headers.get("Content-Type")).toBe("application/octet-stream");
  expect(whole.headers.get("Content-Disposition")).toBe(
    "attachment; filename=\"gr__e x.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20x.csv",
  );
  const etag = whole.headers.get("ETag") ?? "";
  expect(await whole.text()).toBe("0123456789");
  const part = async (headers: Record<string, string>) => {
    const response = await ask("/features/1/download", { headers });
    return [response.status, await response.text(), response.headers.get("Content-Range")];
  };
  expect(await part({ Range: "bytes=2-4" })).toEqual([206, "234", "bytes 2-4/10"]);
  expect(await part({ Range: "bytes=8-" })).toEqual([206, "89", "bytes 8-9/10"]);
  expect(await part({ Range: "bytes=-3" })).toEqual([206, "789", "bytes 7-9/10"]);
  expect(await part({ Range: "bytes=-99" })).toEqual([206, "0123456789", "bytes 0-9/10"]);
  expect(await part({ Range: "bytes=1-2,4-5" })).toEqual([200, "0123456789", null]);
  expect(await part({ Range: "bytes=2-4", "If-Range": '"other"' })).toEqual([200, "0123456789", null]);
  expect(await part({ Range: "bytes=2-4", "If-Range": etag })).toEqual([206, "234", "bytes 2-4/10"]);
  expect(await part({ "If-None-Match": etag })).toEqual([304, "", null]);
  const beyond = await ask("/features/1/download", { headers: { Range: "bytes=10-" } });
  expect([beyond.status, beyond.headers.get("Content-Range")]).toEqual([416, "bytes */10"]);
});

it("deletes the row at once and lets a download that is under way end", async () => {
  await upload(formWith(new Blob([new Uint8Array(300_000).fill(7)])));
  const download = await ask("/features/1/download");
  const deleted = await ask("/features/1", { method: "DELETE" });
  expect(await deleted.json()).toEqual({ status: "success", message: "Feature rsi_indicators v1.0.0 deleted" });
  expect((await download.arrayBuffer()).byteLength).toBe(300_000);
  for (const init of [{}, { method: "DELETE" }]) {
    const response = await ask("/features/1", init);
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ detail: "Feature not found" }),
    ]);
  }
  expect(await objectsOf()).toMatchObject([{ state: "orphaned" }]);
});

it("answers for features only: ids of candles are 404 and stay", async () => {
  const ctx = testContext();
  await storeMonth(ctx, await seedSeries(ctx), "2024-01", minuteCandles(JANUARY, 2));
  for (const [path, method] of [
    ["/features/1", "GET"],
    ["/features/1", "DELETE"],
    ["/features/1/download", "GET"],
    ["/api/v1/features/1", "DELETE"],
    ["/features/-1", "GET"],
  ] as const) {
    const response = await ask(path, { method });
    expect([path, response.status, await response.json()]).toEqual([
      path,
      404,
      expect.objectContaining({ detail: "Feature not found" }),
    ]);
  }
  expect(await (await ask("/list")).json()).toHaveLength(1);
  expect(await (await ask("/features")).json()).toEqual([]);
});

it("says so when the file of a feature is gone", async () => {
  await upload(formWith(bytesOf("x")));
  await env.LAKE.delete(await storedKeys());
  const response = await ask("/features/1/download");
  expect([response.status, await response.json()]).toEqual([
    404,
    expect.objectContaining({ detail: `Feature file not found: ${PATH}` }),
  ]);
});

it.each(["abc", "1.5", "1e2", "0x10", "9".repeat(40), "%00"])("the id %s is a 422", async (id) => {
  expect((await ask(`/features/${id}`)).status).toBe(422);
});

it.each([
  ["feature_set", { feature_set: "../../x" }],
  ["feature_set", { feature_set: "a/b" }],
  ["feature_set", { feature_set: "a\\b" }],
  ["feature_set", { feature_set: ".." }],
  ["feature_set", { feature_set: "x\u202ey" }],
  ["feature_set", { feature_set: "ü".repeat(101) }],
  ["feature_set", { feature_set: "  " }],
  ["feature_set", { feature_set: "raw" }],
  ["version", { version: "../1" }],
  ["version", { version: "1\u0000" }],
  ["exchange", { exchange: "a/b" }],
  ["market", { market: ".." }],
  ["symbol", { symbol: "///" }],
  ["symbol", { symbol: "--" }],
  ["upload_id", { upload_id: "nobody" }],
])("a hostile %s is a 422 and leaves nothing behind: %j", async (field, fields) => {
  const response = await upload(formWith(bytesOf("x"), { ...FIELDS, ...fields }));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ field }] });
  expect(await storedKeys()).toEqual([]);
  expect(await objectsOf()).toEqual([]);
});

it.each(["../../etc/passwd", "a\\b.csv", "..", "x\u2028y"])(
  "the file name %j is a 422 and leaves nothing behind",
  async (filename) => {
    const response = await upload(formWith(bytesOf("x"), FIELDS, filename));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ field: "file" }] });
    expect([...(await storedKeys()), ...(await objectsOf())]).toEqual([]);
  },
);

it("names every field that is missing, and the file", async () => {
  const response = await upload(formWith(bytesOf("x"), { version: "1" }));
  expect(response.status).toBe(422);
  const { errors } = await response.json<{ errors: { field: string }[] }>();
  expect(errors.map(({ field }) => field)).toEqual(["exchange", "market", "symbol", "feature_set"]);
  expect(await storedKeys()).toEqual([]);
  const form = new FormData();
  for (const [name, value] of Object.entries(FIELDS)) form.append(name, value);
  expect(await (await upload(form)).json()).toMatchObject({ error: "VALIDATION_ERROR", errors: [{ field: "file" }] });
  expect((await ask("/features/upload", { method: "POST" })).status).toBe(422);
});

it("is closed to strangers, and to readers for changes, where ANONYMOUS_ACCESS does not open it", async () => {
  const closed = { ...env, ANONYMOUS_ACCESS: "" };
  const call = (path: string, init: RequestInit) =>
    createApp().request(`http://localhost${path}`, init, closed, createExecutionContext());
  expect((await call("/features", {})).status).toBe(401);
  expect((await call("/features/upload", { method: "POST", body: formWith(bytesOf("x")) })).status).toBe(401);
  expect((await call("/features/1", { method: "DELETE" })).status).toBe(401);
  expect(await storedKeys()).toEqual([]);
});
