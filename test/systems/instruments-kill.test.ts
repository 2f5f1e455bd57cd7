import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createStateFolder } from "../support/catchment-process.ts";
import { type HeldSource, startHeldSource } from "../support/file-servers/held-source.ts";
import { createInstrumentTree, hashFiles } from "../support/file-servers/instrument-tree.ts";
import { type ListeningServer, serveRclone } from "../support/file-servers/servers.ts";
import { type InstrumentsClient, startInstruments } from "../support/instruments-client.ts";

const PART_BYTES = 8 * 1_048_576;
/** 200 is what an instrument may well have, and takes four times as many starts of a server. */
const BYTES = Number(process.env["KILL_FILE_MB"] ?? "48") * 1_000_000;
const PARTS = Math.ceil(BYTES / PART_BYTES);
/** Parts between two kills. */
const KILL_EVERY = Number(process.env["KILL_EVERY"] ?? "1");
const FILE = "large.bin";
const WAITING = { timeout: 120_000, interval: 50 };

const state = createStateFolder();
const tree = createInstrumentTree(BYTES);
let server: ListeningServer;
let source: HeldSource;
let client: InstrumentsClient;

beforeAll(async () => {
  server = await serveRclone("webdav", tree.folder);
  source = await startHeldSource(`http://127.0.0.1:${server.port}`, `/${FILE}`);
  client = await startInstruments(state.folder);
}, 200_000);

afterAll(async () => {
  await client?.server().stop();
  await source?.stop();
  await server?.stop();
  tree.remove();
  state.remove();
});

it("a harvest that is killed after every part of a large file goes on there, and the file is the same", async () => {
  const { id: storage } = await client.create("/api/storage-locations", {
    name: "Lake",
    type: "posix",
    base_path: "/",
  });
  const transfer_config = { ...server.settings(server.port), url: source.url };
  const { id, schedule_id } = await client.addInstrument({ name: "Microscope", transfer_config }, storage);
  const flow_run_id = await client.trigger(schedule_id);
  const seen = async (message: RegExp) =>
    vi.waitFor(async () => expect((await client.job(flow_run_id)).progress.message).toMatch(message), WAITING);

  let kills = 0;
  for (let part = 1; part <= PARTS; part++) {
    const bytes = Math.min(part * PART_BYTES, BYTES);
    source.holdAt(bytes);
    if (part % KILL_EVERY > 0 && part < PARTS) continue;
    // Of the last part, what is read back may already be seen.
    await seen(part < PARTS ? new RegExp(`: ${bytes} of `) : /^(?:Verifying|Transferred)|: (\d+) of \1 /);
    await client.server().kill();
    kills += 1;
    await client.restart();
  }
  expect(await client.ended(flow_run_id)).toMatchObject({ status: "completed", errors: [], results: { failed: 0 } });
  const files = Object.entries(await client.files(id));
  expect(Object.fromEntries(files.map(([path, { xxhash }]) => [path, xxhash]))).toEqual(tree.hashes);
  const { [FILE]: file } = Object.fromEntries(files);
  const transfers = (await client.transfers(id)).filter(({ file_id }) => file_id === file?.id);
  expect(transfers).toMatchObject([
    { status: "completed", checksum_verified: true, source_checksum: tree.hashes[FILE] },
  ]);

  const reads = source.reads().filter(({ bytes }) => bytes > 0);
  const sent = reads.reduce((parts, { bytes }) => parts + Math.ceil(bytes / PART_BYTES), 0);
  console.log(`${PARTS} parts, ${kills} kills, ${sent} parts sent in ${reads.length} answers`);
  expect(sent).toBeLessThanOrEqual(PARTS + kills);
  expect(reads.every(({ offset }) => offset % PART_BYTES === 0)).toBe(true);
  const folder = join(state.folder, "downloads");
  await client.downloadAll(id, folder);
  expect(hashFiles(folder)).toEqual(tree.hashes);
}, 1_500_000);
