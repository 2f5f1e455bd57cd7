import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { scrubJob } from "../../../src/domains/instruments/scrub.job.ts";
import { startScrub } from "../../../src/domains/instruments/scrub.ts";
import type { JobDefinitions, JobRow } from "../../../src/platform/jobs/define.ts";
import { type Bucket, openBucket } from "../../support/bucket-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { type Harvesting, openHarvesting, WRITTEN_AT } from "./harvests.ts";

const scrubs: JobDefinitions = new Map([[scrubJob.type, scrubJob]]);
const DAY_MS = 24 * 3600 * 1000;
const NIGHT_MS = 2 * 3600 * 1000;

const written = (text: string, modified_at = WRITTEN_AT) => ({ text, modified_at });

/** An instrument whose files were harvested into a bucket. */
async function stored(bucket: Bucket): Promise<Harvesting> {
  const harvesting = await openHarvesting({ files: { "a.csv": written("first"), "b.csv": written("second") } });
  const { admin, schedule_id, harvest } = harvesting;
  const storage = { name: "Bucket", type: "s3", connection_config: bucket.config, base_path: "/archive" };
  const { id } = await admin.create("/api/storage-locations", storage);
  await admin.ask("PATCH", `/api/schedules/${schedule_id}`, { default_storage_location_id: id });
  expect(await harvest()).toMatchObject({ status: "completed", results: { transferred: 2 } });
  // The ids of files are drawn by lot, and what was read longest ago comes first.
  await env.DB.prepare("UPDATE instrument_files SET verified_at = unicode(filename)").run();
  return harvesting;
}

/** Scrubs in a night after the files have become due. */
async function scrub(meanwhile: () => Promise<unknown> = async () => undefined): Promise<JobRow> {
  const world = openJobWorld(scrubs, { ALLOW_PRIVATE_HOSTS: ["127.0.0.1"] });
  world.ctx.advance(9 * DAY_MS - (world.ctx.now() % DAY_MS) + NIGHT_MS);
  await startScrub(world.ctx);
  const working = world.work(world.ctx.messages[0]?.job_id ?? "");
  await meanwhile();
  return (await working).job;
}

async function shown({ files }: Harvesting) {
  const { "a.csv": first, "b.csv": second } = await files();
  const isRead = ({ verified_at }: { verified_at: string }) => Date.parse(verified_at) > DAY_MS;
  return [first, second].map((file) => ({ is_read: isRead(file), damage: file.damage }));
}

const SOUND = { is_read: true, damage: null };
const UNREAD = { is_read: false, damage: null };

it("one file that may not be read is named as such, and the others of its storage are read", async () => {
  const bucket = openBucket();
  const harvesting = await stored(bucket);
  await bucket.setFaults([{ on: "archive/Microscope/a.csv", status: 403 }]);
  const reason = expect.stringMatching(/^S3 127\.0\.0\.1:\d+: may not read or write "archive\/Microscope\/a\.csv"$/);
  expect(await scrub()).toMatchObject({
    ...{ status: "completed", results: { verified: 1, damaged: 1 } },
    errors: [expect.stringMatching(/^a\.csv: S3 127\.0\.0\.1:\d+: may not read or write/)],
  });
  expect(await shown(harvesting)).toEqual([{ is_read: true, damage: reason }, SOUND]);
});

it("credentials that hold no more say nothing of any file", async () => {
  const bucket = openBucket();
  const harvesting = await stored(bucket);
  await bucket.setFaults([{ on: "", status: 403 }]);
  expect(await scrub()).toMatchObject({
    ...{ status: "completed", results: { verified: 0, damaged: 0 } },
    errors: [expect.stringMatching(/^Storage location Bucket: .*may not read or write/)],
  });
  expect(await shown(harvesting)).toEqual([UNREAD, UNREAD]);
});

it("a storage that fails once is asked again, and one that fails twice is left to another night", async () => {
  const bucket = openBucket();
  const harvesting = await stored(bucket);
  await bucket.setFaults([{ on: "archive/Microscope/a.csv", status: 500, times: 2 }]);
  expect(await scrub()).toMatchObject({
    ...{ results: { verified: 0, damaged: 0 } },
    errors: [expect.stringMatching(/^Storage location Bucket: .*answered 500$/)],
  });
  expect(await shown(harvesting)).toEqual([UNREAD, UNREAD]);
  await env.DB.prepare("DELETE FROM jobs WHERE type = 'scrub'").run();
  await bucket.setFaults([{ on: "archive/Microscope/a.csv", status: 500, times: 1 }]);
  expect(await scrub()).toMatchObject({ errors: [], results: { verified: 2, damaged: 0 } });
  expect(await shown(harvesting)).toEqual([SOUND, SOUND]);
});

it("a file that a harvest has replaced since it was looked up is not said to be damaged", async () => {
  const bucket = openBucket();
  const harvesting = await stored(bucket);
  await bucket.setFaults([{ on: "archive/Microscope/a.csv", times: 1, hold: true }]);
  const job = await scrub(async () => {
    await bucket.held();
    await harvesting.server.change({ files: { "a.csv": written("first"), "b.csv": written("newer", WRITTEN_AT + 1) } });
    expect(await harvesting.harvest()).toMatchObject({ results: { transferred: 1 } });
    await bucket.release();
  });
  // By the clock of the scrub, the new version is due, too.
  expect(job).toMatchObject({ status: "completed", errors: [], results: { verified: 2, damaged: 0 } });
  expect(await shown(harvesting)).toEqual([SOUND, SOUND]);
});

it("a file that a harvest is replacing is not said to be damaged, and a damaged one is once that has ended", async () => {
  const bucket = openBucket();
  const harvesting = await stored(bucket);
  const { admin, world, start } = harvesting;
  const id = await start();
  // What a harvest has done before it keeps that: the listing shows another version, and its bytes are there.
  await env.DB.prepare("UPDATE instrument_files SET observed_size = 5 WHERE filename = 'b.csv'").run();
  await bucket.put("archive/Microscope/b.csv", "newer");
  expect(await scrub()).toMatchObject({ errors: [], results: { verified: 1, damaged: 0 } });
  expect(await shown(harvesting)).toEqual([SOUND, UNREAD]);
  expect((await admin.ask("POST", `/jobs/${id}/cancel`)).status).toBe(200);
  world.ctx.messages.length = 0;
  await env.DB.prepare("DELETE FROM jobs WHERE type = 'scrub'").run();
  expect(await scrub()).toMatchObject({
    ...{ results: { verified: 0, damaged: 1 } },
    errors: ["b.csv: The stored file does not have 6 bytes"],
  });
});
