import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../src/cli/ports.ts";
import { startMoto } from "../support/aws/moto.ts";
import { createStateFolder } from "../support/catchment-process.ts";
import { serveFtp } from "../support/file-servers/ftp-server.ts";
import { createInstrumentTree, hashFiles } from "../support/file-servers/instrument-tree.ts";
import { openRemote, type RcloneRemote } from "../support/file-servers/rclone.ts";
import { serveSamba } from "../support/file-servers/samba-server.ts";
import { serveRclone } from "../support/file-servers/servers.ts";
import { copyShare } from "../support/file-servers/smbclient.ts";
import { serveSsh } from "../support/file-servers/ssh-server.ts";
import { type InstrumentsClient, startInstruments } from "../support/instruments-client.ts";
import { addStoredJob } from "../support/stored-jobs.ts";

const PART_BYTES = 8 * 1_048_576;
const LARGE_BYTES = 3 * PART_BYTES + 5;
const SOURCES = ["webdav", "s3", "sftp", "ftp", "smb", "cifs"] as const;
/** Fields of the document name no port, so that its shares have an address of their own. */
const SMB_PORT = 445;

interface Source {
  /** What makes an instrument of it. */
  fields: object;
  /** What rclone is told of it. */
  settings: Record<string, unknown>;
}

const state = createStateFolder();
const tree = createInstrumentTree(LARGE_BYTES);
const PATHS = Object.keys(tree.hashes);
const archive = mkdtempSync(join(tmpdir(), "catchment-archive-"));
const endings: (() => unknown)[] = [];
const remotes: Record<string, RcloneRemote> = {};
let sources: Record<string, Source>;
let bucket: Record<string, unknown>;
let share: Record<string, unknown>;
let client: InstrumentsClient;

const aFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "catchment-downloads-"));
  endings.push(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** Starts a server that is stopped at the end; answers what opens it. */
async function serve(starting: ReturnType<typeof serveRclone>): Promise<Record<string, unknown>> {
  const { port, settings, stop } = await starting;
  endings.push(stop);
  return settings(port);
}

const anAddress = () => `127.${[0, 0, 0].map(() => 1 + Math.floor(Math.random() * 250)).join(".")}`;

const serveShare = (folder: string) =>
  serve(serveSamba(folder, { dialect: "SMB3_02", address: anAddress(), port: SMB_PORT }));

/** The client of rclone loses its way when Samba signs its packets; Samba's own does not. */
async function openJudge(settings: Record<string, unknown>): Promise<RcloneRemote> {
  if (settings["type"] !== "smb") return openRemote(settings);
  const path = aFolder();
  await copyShare(settings, path);
  return openRemote({ type: "local", path });
}

beforeAll(async () => {
  const moto = await startMoto();
  endings.push(() => moto.stop());
  const aws = { type: "s3", region: "us-east-1", access_key_id: "AKIAIOSFODNN7EXAMPLE", secret_access_key: "testing" };
  bucket = { ...aws, endpoint_url: moto.url, bucket: "archive" };
  share = await serveShare(archive);
  const stored = { ...bucket, bucket: "instruments", prefix: "a prefix" };
  const cifs = await serveShare(tree.folder);
  const settings: Record<string, Record<string, unknown>> = {
    webdav: await serve(serveRclone("webdav", tree.folder)),
    s3: stored,
    sftp: await serve(serveSsh(tree.folder)),
    ftp: await serve(serveFtp(tree.folder, null)),
    smb: await serve(serveSamba(tree.folder, { dialect: "SMB3_02", address: "127.0.0.1", port: await findFreePort() })),
  };
  client = await startInstruments(state.folder);
  endings.push(() => client.server().stop());
  const account = { name: "Reader", username: cifs["username"], password: cifs["password"] };
  const { id: service_account_id } = await client.create("/api/service-accounts", account);
  sources = {
    ...Object.fromEntries(
      Object.entries(settings).map(([type, each]) => [type, { fields: { transfer_config: each }, settings: each }]),
    ),
    cifs: { fields: { cifs_host: cifs["host"], cifs_share: cifs["share"], service_account_id }, settings: cifs },
  };
  for (const [name, { settings: each }] of Object.entries(sources)) remotes[name] = await openJudge(each);
  remotes["bucket"] = await openRemote(bucket);
  await remotes["bucket"].run("mkdir", "remote:");
  await remotes["s3"]?.run("copy", tree.folder, "remote:");
}, 200_000);

afterAll(async () => {
  for (const end of endings.toReversed()) await end();
  for (const remote of Object.values(remotes)) remote.remove();
  tree.remove();
  rmSync(archive, { recursive: true });
  state.remove();
});

/** Harvests by a schedule; every file is there and has the checksum that `xxhsum` says. */
async function harvest(name: string, fields: object, storage_location_id: string): Promise<string> {
  const { id, schedule_id } = await client.addInstrument({ name, ...fields }, storage_location_id);
  const job = await client.ended(await client.trigger(schedule_id));
  expect(job).toMatchObject({
    ...{ status: "completed", errors: [] },
    results: { total_discovered: PATHS.length, transferred: PATHS.length, skipped: 0, failed: 0, waiting: 0 },
  });
  const files = await client.files(id);
  expect(Object.fromEntries(Object.values(files).map((file) => [file.source_path, file.xxhash]))).toEqual(tree.hashes);
  const transfers = await client.transfers(id);
  expect(transfers.map(({ status, checksum_verified }) => [status, checksum_verified])).toEqual(
    PATHS.map(() => ["completed", true]),
  );
  expect(transfers.every(({ source_checksum, dest_checksum }) => source_checksum === dest_checksum)).toBe(true);
  return id;
}

/** Downloads all of an instrument; rclone reads both sides to their ends. */
async function expectSame(remote: RcloneRemote | undefined, instrument_id: string): Promise<void> {
  const folder = aFolder();
  await client.downloadAll(instrument_id, folder);
  expect(hashFiles(folder)).toEqual(tree.hashes);
  const said = await remote?.run("check", "--download", "remote:", folder);
  expect(said).toMatch(/: 0 differences found/);
  expect(said).toMatch(new RegExp(`: ${PATHS.length} matching files`));
}

it.each(SOURCES)("every file of an instrument on %s is in the lake as it was", async (name) => {
  const { id } = await client.create("/api/storage-locations", { name, type: "posix", base_path: `/${name}` });
  const instrument_id = await harvest(`The ${name} instrument`, sources[name]?.fields ?? {}, id);
  await expectSame(remotes[name], instrument_id);
});

describe.each(["bucket", "share"])("a %s as storage", (kind) => {
  let instrument_id: string;

  it("has every file as it was, in parts and whole", async () => {
    const { host, share: name, username, password } = share;
    const location =
      kind === "bucket"
        ? { type: "s3", connection_config: bucket }
        : { type: "cifs", connection_config: { host, share: name, username, password } };
    const { id } = await client.create("/api/storage-locations", { name: kind, base_path: "/raw data", ...location });
    instrument_id = await harvest(`To the ${kind}`, sources["webdav"]?.fields ?? {}, id);
    await expectSame(remotes["webdav"], instrument_id);
    const folder = aFolder();
    if (kind === "share") await copyShare(share, folder);
    else await remotes[kind]?.run("copy", "remote:", folder);
    const expected = Object.entries(tree.hashes).map(([path, hash]) => [`raw data/To the ${kind}/${path}`, hash]);
    expect(hashFiles(folder)).toEqual(Object.fromEntries(expected));
  });

  it("gives ranges of its files", async () => {
    const { id } = (await client.files(instrument_id))["large.bin"] ?? {};
    const [first, last] = [PART_BYTES - 10, PART_BYTES + 9];
    const response = await client.ask("GET", `/api/files/${id}/download`, { range: `bytes=${first}-${last}` });
    expect([response.status, response.headers.get("Content-Range")]).toEqual([
      206,
      `bytes ${first}-${last}/${LARGE_BYTES}`,
    ]);
    const expected = readFileSync(join(tree.folder, "large.bin")).subarray(first, last + 1);
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true);
  });
});

it("a scrub finds one flipped byte in the bucket and on the share, and nothing else", async () => {
  const bytes = readFileSync(join(tree.folder, "large.bin"));
  bytes.writeUInt8(bytes.readUInt8(PART_BYTES) ^ 1, PART_BYTES);
  const flipped = join(archive, "raw data/To the share/large.bin");
  writeFileSync(flipped, bytes);
  await remotes["bucket"]?.run("copyto", flipped, "remote:raw data/To the bucket/large.bin");
  await client.server().stop();
  const flow_run_id = addStoredJob(state.folder, {
    ...{ type: "scrub", domain: "instruments", queue: "ingestion", version: 2 },
    params: { verified_before: Date.now() },
  });
  await client.restart();
  const damage = expect.stringMatching(/^The stored bytes have the checksum [0-9a-f]{16} instead of/);
  expect(await client.ended(flow_run_id)).toMatchObject({
    status: "completed",
    errors: [damage, damage].map(() => expect.stringMatching(/^large\.bin: The stored bytes have the checksum/)),
    results: { verified: 8 * PATHS.length - 2, damaged: 2 },
  });
});
