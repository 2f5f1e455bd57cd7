import { afterAll, beforeAll, expect, it } from "vitest";
import { createStateFolder } from "../support/catchment-process.ts";
import { createInstrumentTree } from "../support/file-servers/instrument-tree.ts";
import { type ListeningServer, serveRclone } from "../support/file-servers/servers.ts";
import { type InstrumentsClient, startInstruments } from "../support/instruments-client.ts";
import { type LiveMemory, watchMemory } from "../support/live-memory.ts";

const MB = 1_000_000;
const BYTES = 200 * MB;

const state = createStateFolder();
const [small, large] = [createInstrumentTree(MB), createInstrumentTree(BYTES)];
const servers: ListeningServer[] = [];
let storage: string;
let client: InstrumentsClient;
let memory: LiveMemory;

beforeAll(async () => {
  client = await startInstruments(state.folder);
  ({ id: storage } = await client.create("/api/storage-locations", { name: "Lake", type: "posix", base_path: "/" }));
  // What the first harvest loads stays loaded.
  await harvest("Small", small.folder);
  memory = await watchMemory(client.server());
}, 200_000);

afterAll(async () => {
  memory?.close();
  await client?.server().stop();
  for (const { stop } of servers) await stop();
  small.remove();
  large.remove();
  state.remove();
});

async function harvest(name: string, folder: string): Promise<string> {
  const server = await serveRclone("webdav", folder);
  servers.push(server);
  const transfer_config = server.settings(server.port);
  const { id, schedule_id } = await client.addInstrument({ name, transfer_config }, storage);
  const job = await client.ended(await client.trigger(schedule_id));
  expect(job).toMatchObject({ status: "completed", errors: [] });
  return id;
}

it("a harvest of a file of 200 MB stays within 64 MB of live memory", async () => {
  const began = performance.now();
  const { result, peak_bytes, samples } = await memory.during(() => harvest("Large", large.folder));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`200 MB: ${(peak_bytes / MB).toFixed(1)} MB in ${samples} samples, ${seconds} s`);
  expect((await client.files(result))["large.bin"]?.xxhash).toBe(large.hashes["large.bin"]);
  expect(peak_bytes).toBeGreaterThan(0);
  expect(peak_bytes).toBeLessThan(64 * MB);
}, 600_000);
