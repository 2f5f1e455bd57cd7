import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { markLive } from "../../../src/platform/storage/objects.store.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { measureStorage } from "../../../src/platform/storage/usage.ts";
import { makeContext, ORIGIN, register, send, signInAdmin } from "../auth/client.ts";

const path = "/admin/storage";

async function store(objectPath: string, size_bytes: number, { live = true } = {}) {
  const ctx = makeContext();
  const bytes = new Uint8Array(size_bytes).fill(size_bytes);
  const { key } = await putObject(ctx, { path: objectPath, bytes, content_type: "text/plain", origin: "job_1" });
  if (live) await markLive(ctx.db, key, ctx.now());
}

async function readUsage() {
  const response = await send("GET", path, { token: await signInAdmin() });
  expect(response.status).toBe(200);
  return response.json();
}

it("refuses everybody but an admin", async () => {
  expect((await send("GET", path)).status).toBe(401);
  const { token } = await register("user@example.com");
  expect((await send("GET", path, { token })).status).toBe(403);
});

it("says that there is nothing yet", async () => {
  expect(await readUsage()).toEqual({ domains: [], total: { objects: 0, bytes: 0 }, complete: true });
});

it("adds up live objects by the domain whose folder they are in, the largest first", async () => {
  await store("data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet", 10);
  await store("export/binance/dl_BTCUSDT.csv.txt", 5);
  await store("file_collector/aws_ec2.json", 20);
  await store("instruments/microscope/image.tif", 3);
  await store("warehouse/files/shop/orders.csv", 2);
  await store("bank-reports/1/report.csv", 1);
  await store("somewhere/else", 4);
  await store("data/being-written.parquet", 100, { live: false });
  expect(await readUsage()).toEqual({
    domains: [
      { domain: "inventory", objects: 1, bytes: 20 },
      { domain: "market-data", objects: 2, bytes: 15 },
      { domain: "other", objects: 1, bytes: 4 },
      { domain: "instruments", objects: 1, bytes: 3 },
      { domain: "warehouse", objects: 1, bytes: 2 },
      { domain: "banking", objects: 1, bytes: 1 },
    ],
    total: { objects: 7, bytes: 45 },
    complete: true,
  });
});

it("counts what people have sent for the domain that it was sent to", async () => {
  const { token } = await register("user@example.com");
  const form = new FormData();
  form.append("file", new File(["a,b\n1,2\n"], "mine.csv"));
  const headers = { Authorization: `Bearer ${token}` };
  const request = new Request(`${ORIGIN}/data/files`, { method: "POST", headers, body: form });
  expect((await exports.default.fetch(request)).status).toBe(201);
  // The file and what lies beside it.
  const stored = await env.DB.prepare("SELECT count(*) AS objects, sum(size_bytes) AS bytes FROM objects").first();
  expect(stored).toMatchObject({ objects: 3 });
  expect(await readUsage()).toEqual({
    domains: [{ domain: "banking", ...stored }],
    total: stored,
    complete: true,
  });
});

it("keeps its look at many objects short, and says so", async () => {
  for (const name of ["one", "two", "three"]) await store(`data/${name}`, 7);
  expect(await measureStorage(makeContext(), 2)).toEqual({
    domains: [{ domain: "market-data", objects: 2, bytes: 14 }],
    total: { objects: 2, bytes: 14 },
    complete: false,
  });
});
