import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { chores } from "../../../src/app.ts";
import { PART_BYTES } from "../../../src/domains/instruments/destination.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { type Harvesting, harvests, openHarvesting, WRITTEN_AT } from "./harvests.ts";
import { TIME } from "./laboratory.ts";

/** Three parts, the last of one byte. */
const LARGE = { size: 2 * PART_BYTES + 1, modified_at: WRITTEN_AT };

describe("a file in parts", { timeout: 60_000 }, () => {
  it("is stored as it is, and read once", async () => {
    const { admin, server, harvest, files, transfers } = await openHarvesting({ files: { "large.bin": LARGE } });
    expect(await harvest()).toMatchObject({ status: "completed", errors: [], results: { bytes: LARGE.size } });
    const { hashes, requests } = await server.report();
    const { "large.bin": file } = await files();
    expect(file).toMatchObject({ size_bytes: LARGE.size, xxhash: hashes["large.bin"], sha256: expect.any(String) });
    expect((await transfers())["large.bin"]).toMatchObject([
      { status: "completed", checksum_verified: true, source_checksum: file.xxhash, dest_checksum: file.xxhash },
    ]);
    expect(requests.filter((line) => line.startsWith("GET"))).toEqual(["GET /large.bin bytes=0-"]);
    const { headers, body } = await admin.ask("GET", `/api/files/${file.id}/download`, undefined, {
      Range: `bytes=${LARGE.size - 1}-`,
    });
    expect([headers.get("Content-Range"), body.length]).toEqual([
      `bytes ${LARGE.size - 1}-${LARGE.size - 1}/${LARGE.size}`,
      1,
    ]);
  });

  it("whose connection is cut goes on at the last part", async () => {
    const { server, harvest, files } = await openHarvesting({
      files: { "large.bin": LARGE },
      faults: [{ on: "GET /large.bin", times: 2, cut: PART_BYTES }],
    });
    expect(await harvest()).toMatchObject({ status: "completed", errors: [], results: { transferred: 1 } });
    const { hashes, requests } = await server.report();
    expect((await files())["large.bin"].xxhash).toBe(hashes["large.bin"]);
    expect(requests.filter((line) => line.startsWith("GET"))).toEqual(
      [0, PART_BYTES, 2 * PART_BYTES].map((offset) => `GET /large.bin bytes=${offset}-`),
    );
  });

  it("whose harvest was cancelled has ended, and is brought by the next one", async () => {
    const { admin, server, world, start, files, transfers } = await openHarvesting({
      files: { "large.bin": LARGE },
      faults: [{ on: "GET /large.bin", times: 1, cut: PART_BYTES }],
    });
    const id = await start();
    world.ctx.messages.length = 0;
    await runSlice(world.ctx, harvests, id);
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "in_progress", completed_at: null }]);
    expect((await admin.ask("POST", `/jobs/${id}/cancel`)).status).toBe(200);
    world.ctx.messages.length = 0;
    const { job } = await world.work(await start());
    expect(job).toMatchObject({ status: "completed", results: { transferred: 1 } });
    expect((await transfers())["large.bin"]).toMatchObject([
      { status: "completed" },
      { status: "failed", error_message: "The harvest ended before the transfer did" },
    ]);
    expect((await files())["large.bin"].xxhash).toBe((await server.report()).hashes["large.bin"]);
  });

  it.each<[string, (laboratory: Harvesting, id: string) => Promise<unknown>]>([
    ["was cancelled", ({ admin }, id) => admin.ask("POST", `/jobs/${id}/cancel`)],
    [
      "failed",
      async ({ admin, instrument_id, world }, id) => {
        await admin.ask("PATCH", `/api/instruments/${instrument_id}`, { enabled: false });
        await world.work(id);
      },
    ],
    ["is gone", (_, id) => env.DB.prepare("DELETE FROM jobs WHERE id = ?").bind(id).run()],
  ])("whose harvest %s has failed after the next tick, without another try", async (_, end) => {
    const laboratory = await openHarvesting({
      files: { "large.bin": LARGE },
      faults: [{ on: "GET /large.bin", times: 1, cut: PART_BYTES }],
    });
    const { world, start, transfers } = laboratory;
    const id = await start();
    await runSlice(world.ctx, harvests, id);
    await tick(world.ctx, harvests, chores);
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "in_progress", completed_at: null }]);
    await end(laboratory, id);
    await tick(world.ctx, harvests, chores);
    const failed = { status: "failed", error_message: "The harvest ended before the transfer did", completed_at: TIME };
    expect((await transfers())["large.bin"]).toMatchObject([failed]);
  });

  it("goes on with its try when a harvest is retried that was cancelled", async () => {
    const { admin, server, world, start, files, transfers } = await openHarvesting({
      files: { "large.bin": LARGE },
      faults: [{ on: "GET /large.bin", times: 1, cut: PART_BYTES + 1000 }],
    });
    const id = await start();
    await runSlice(world.ctx, harvests, id);
    await admin.ask("POST", `/jobs/${id}/cancel`);
    await tick(world.ctx, harvests, chores);
    await server.change({ faults: [{ on: "GET /large.bin", times: 1, cut: 1000 }] });
    expect((await admin.ask("POST", `/jobs/${id}/retry`)).status).toBe(200);
    world.ctx.messages.length = 0;
    await runSlice(world.ctx, harvests, id);
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "in_progress", error_message: null }]);
    expect((await world.work(id)).job).toMatchObject({ status: "completed", results: { transferred: 1 } });
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "completed", error_message: null }]);
    expect((await files())["large.bin"].xxhash).toBe((await server.report()).hashes["large.bin"]);
  });

  it("that is another one after a cut is left to the next harvest", async () => {
    const { server, harvest, files, transfers } = await openHarvesting({
      files: { "large.bin": LARGE },
      faults: [{ on: "GET /large.bin", times: 1, cut: PART_BYTES + 1000, touch: true }],
    });
    expect(await harvest()).toMatchObject({
      status: "failed",
      errors: [expect.stringMatching(/^large\.bin: .*"large\.bin" has changed$/)],
    });
    expect((await files())["large.bin"]).toMatchObject({ xxhash: null });
    expect(await harvest()).toMatchObject({ status: "completed" });
    expect((await files())["large.bin"].xxhash).toBe((await server.report()).hashes["large.bin"]);
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "completed" }, { status: "failed" }]);
  });

  it("of which the lake gives one byte back wrongly fails, and is brought again", async () => {
    const { harvest, server, files, transfers } = await openHarvesting({ files: { "large.bin": LARGE } });
    const get = env.LAKE.get.bind(env.LAKE);
    const flipped = vi.spyOn(env.LAKE, "get").mockImplementationOnce(async (key: string, options?: R2GetOptions) => {
      const stored = new Uint8Array((await (await get(key))?.arrayBuffer()) ?? new ArrayBuffer());
      stored.set([(stored[PART_BYTES + 7] ?? 0) ^ 1], PART_BYTES + 7);
      await env.LAKE.put(key, stored);
      return get(key, options);
    });
    const job = await harvest();
    flipped.mockRestore();
    expect(job).toMatchObject({
      status: "failed",
      errors: [expect.stringMatching(/The destination gives back other/)],
    });
    expect((await transfers())["large.bin"]).toMatchObject([{ status: "failed", checksum_verified: false }]);
    expect(await harvest()).toMatchObject({ status: "completed" });
    expect((await files())["large.bin"].xxhash).toBe((await server.report()).hashes["large.bin"]);
  });
});
