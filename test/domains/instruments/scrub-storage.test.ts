import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { scrubJob } from "../../../src/domains/instruments/scrub.job.ts";
import { startScrub } from "../../../src/domains/instruments/scrub.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { aFile, anAdmin, SHARE } from "./laboratory.ts";

const scrubs: JobDefinitions = new Map([[scrubJob.type, scrubJob]]);
const DAY_MS = 24 * 3600 * 1000;
const NIGHT_MS = 2 * 3600 * 1000;

/** Nobody permits it, so that nothing reaches it. */
const UNREACHABLE = {
  ...{ name: "Cellar", type: "cifs", base_path: "/" },
  connection_config: { host: "127.0.0.1", share: "data", username: "scope", password: "secret words" },
};

it("a storage location that is not reached says nothing of its files, and the others are read", async () => {
  const admin = await anAdmin();
  const { id: instrument_id } = await admin.create("/api/instruments", SHARE);
  const { id: location } = await admin.create("/api/storage-locations", UNREACHABLE);
  const [first, second, lake] = [
    await aFile(instrument_id, { path: "first" }),
    await aFile(instrument_id, { path: "second" }),
    await aFile(instrument_id, { path: "third" }),
  ];
  await env.DB.prepare("UPDATE file_transfers SET object_key = NULL, storage_location_id = ? WHERE file_id IN (?, ?)")
    .bind(location, first.id, second.id)
    .run();
  const world = openJobWorld(scrubs, {});
  world.ctx.advance(DAY_MS - (world.ctx.now() % DAY_MS) + NIGHT_MS);
  await startScrub(world.ctx);
  const { job } = await world.work(world.ctx.messages[0]?.job_id ?? "");
  expect(job).toMatchObject({
    ...{ status: "completed", results: { verified: 1, damaged: 0 } },
    errors: [expect.stringMatching(/^Storage location Cellar: .*private address/)],
  });
  await startScrub(world.ctx);
  expect(world.ctx.messages).toEqual([]);
  const shown = await Promise.all([first, second, lake].map(({ id }) => admin.get(`/api/files/${id}`)));
  expect(shown.map(({ verified_at, damage }) => [verified_at === null, damage])).toEqual([
    [true, null],
    [true, null],
    [false, null],
  ]);
});
