import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { DavFile } from "../../support/webdav-server/world.ts";
import { openHarvesting, WRITTEN_AT } from "./harvests.ts";
import { TIME, UUID } from "./laboratory.ts";

const file = (text: string, modified_at = WRITTEN_AT): DavFile => ({ text, modified_at });

const ODD_NAMES = ["a b.txt", "ünï/日本.txt", "#1.txt", "100%.txt", "50%20.txt", "..data/...", "a&b<c>.txt", "q?.txt"];
const ODD = Object.fromEntries(ODD_NAMES.map((name) => [name, file(`this is ${name}`)]));

describe("a harvest", () => {
  it("brings every file, whatever its name, verified on both sides", async () => {
    const { admin, server, instrument_id, storage_location_id, harvest, files, transfers } = await openHarvesting({
      files: { ...ODD, "empty.bin": file(""), "run 1/image.tif": { size: 70_000, modified_at: WRITTEN_AT } },
    });
    const job = await harvest();
    expect(job).toMatchObject({ status: "completed", errors: [] });
    const found = await files();
    const { hashes } = await server.report();
    const byPath = Object.fromEntries(Object.entries(found).map(([path, { xxhash }]) => [path, xxhash]));
    expect(byPath).toEqual(hashes);
    const bytes = Object.values(found).reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    expect(job.results).toEqual({
      ...{ instrument_id, total_discovered: 10, new_files: 10, transferred: 10, skipped: 0, failed: 0, waiting: 0 },
      bytes,
    });
    const tries = await transfers();
    expect(Object.keys(tries).sort()).toEqual(Object.keys(hashes).sort());
    for (const [path, [transfer, ...others]] of Object.entries(tries)) {
      expect(others).toEqual([]);
      expect(transfer).toEqual({
        ...{ id: UUID, file_id: found[path].id, storage_location_id, transfer_adapter: "rclone", status: "completed" },
        ...{ destination_path: `/archive/Microscope/${path}`, bytes_transferred: found[path].size_bytes },
        ...{ source_checksum: hashes[path], dest_checksum: hashes[path], checksum_verified: true },
        ...{ started_at: TIME, completed_at: TIME, error_message: null, prefect_flow_run_id: job.flow_run_id },
        ...{ source_size: found[path].size_bytes, source_mtime: "2025-01-01T12:00:00Z", hook_problems: [] },
      });
    }
    for (const name of ODD_NAMES) {
      expect((await admin.ask("GET", `/api/files/${found[name].id}/download`)).body).toBe(`this is ${name}`);
    }
    expect((await admin.ask("GET", `/api/files/${found["empty.bin"].id}/download`)).body).toBe("");
    expect(await admin.get(`/api/instruments/${instrument_id}`)).toMatchObject({ last_harvested_at: TIME });
  });

  it("reads nothing again that has not changed", async () => {
    const { server, harvest, transfers } = await openHarvesting({ files: ODD });
    await harvest();
    const before = (await server.report()).requests.length;
    const { status, results } = await harvest();
    expect([status, results]).toMatchObject(["completed", { total_discovered: 8, new_files: 0, transferred: 0 }]);
    const { requests } = await server.report();
    expect(requests.slice(before).filter((line) => !line.startsWith("PROPFIND"))).toEqual([]);
    expect(Object.values(await transfers()).flat()).toHaveLength(8);
  });

  it("brings a changed file again, under the same identifier, and keeps what was stored before", async () => {
    const { admin, server, harvest, files, transfers } = await openHarvesting({ files: { "a.csv": file("1") } });
    await harvest();
    const { "a.csv": first } = await files();
    await server.change({ files: { "a.csv": file("1,2", WRITTEN_AT + 1000) } });
    expect((await harvest()).results).toMatchObject({ new_files: 0, transferred: 1 });
    const { "a.csv": second } = await files();
    const { hashes } = await server.report();
    expect(second).toEqual({
      ...first,
      ...{ size_bytes: 3, xxhash: hashes["a.csv"], source_mtime: "2025-01-01T12:00:01Z" },
      ...{ sha256: expect.not.stringMatching(first.sha256), verified_at: TIME },
    });
    expect((await admin.ask("GET", `/api/files/${first.id}/download`)).body).toBe("1,2");
    expect((await transfers())["a.csv"]).toMatchObject([{ bytes_transferred: 3 }, { bytes_transferred: 1 }]);
    expect((await env.LAKE.list({ prefix: "instruments/" })).objects).toHaveLength(2);
  });

  it("tries a file again that the one before could not bring", async () => {
    const { server, harvest, files, transfers } = await openHarvesting({
      files: { "a.csv": file("1,2,3"), "b.csv": file("4,5,6") },
      faults: [{ on: "GET /b.csv", times: 2, cut: 2 }],
    });
    const job = await harvest();
    const reason = expect.stringMatching(/^WebDAV 127\.0\.0\.1:\d+: the connection was (lost|cut after 2 of 5 bytes)$/);
    expect(job).toMatchObject({ status: "completed", results: { transferred: 1, failed: 1 } });
    expect(job.errors).toEqual([expect.stringMatching(/^b\.csv: WebDAV/)]);
    expect((await transfers())["b.csv"]).toMatchObject([
      {
        status: "failed",
        error_message: reason,
        checksum_verified: false,
        bytes_transferred: null,
        dest_checksum: null,
      },
    ]);
    expect((await files())["b.csv"]).toMatchObject({ xxhash: null, size_bytes: null });
    expect(await harvest()).toMatchObject({ status: "completed", errors: [], results: { transferred: 1, failed: 0 } });
    expect((await files())["b.csv"].xxhash).toBe((await server.report()).hashes["b.csv"]);
    expect((await transfers())["b.csv"]).toMatchObject([{ status: "completed" }, { status: "failed" }]);
  });

  it("waits for a file that was just written until it stays as it is", async () => {
    const { server, harvest } = await openHarvesting({ files: { "new.csv": file("1", Date.now()) } });
    expect(await harvest()).toMatchObject({ status: "completed", results: { transferred: 1, waiting: 0 } });
    const { requests } = await server.report();
    expect(requests.filter((line) => line === "PROPFIND /")).toHaveLength(2);
  });

  it("leaves a file that is still being written to the next one, and takes it when it has stopped growing", async () => {
    const { server, harvest, files, transfers } = await openHarvesting({
      files: { "done.csv": file("1"), "log.csv": file("1", Date.now()) },
      growing: ["log.csv"],
    });
    expect((await harvest()).results).toMatchObject({ transferred: 1, failed: 0, waiting: 1, total_discovered: 2 });
    expect((await transfers())["log.csv"]).toBeUndefined();
    await server.change({ growing: [] });
    expect((await harvest()).results).toMatchObject({ transferred: 1, waiting: 0 });
    expect((await files())["log.csv"].xxhash).toBe((await server.report()).hashes["log.csv"]);
  });

  it("does not keep a file that changed while it was read", async () => {
    const { harvest, files } = await openHarvesting({
      files: { "a.csv": file("1,2,3") },
      faults: [{ on: "GET /a.csv", times: 1, touch: true }],
    });
    const job = await harvest();
    expect(job).toMatchObject({ status: "failed", results: { failed: 1 } });
    expect(job.errors).toEqual([expect.stringMatching(/"a\.csv" has changed$/)]);
    expect((await files())["a.csv"]).toMatchObject({ xxhash: null });
    expect((await harvest()).results).toMatchObject({ transferred: 1 });
  });

  it("finds one byte that the lake gives back wrongly, and puts it right the next time", async () => {
    const { admin, harvest, files, transfers } = await openHarvesting({ files: { "a.csv": file("1,2,3") } });
    const get = env.LAKE.get.bind(env.LAKE);
    const flipped = vi.spyOn(env.LAKE, "get").mockImplementationOnce(async (key: string) => {
      await env.LAKE.put(key, "1,2,2");
      return get(key);
    });
    const job = await harvest();
    flipped.mockRestore();
    expect(job).toMatchObject({ status: "failed", errors: [expect.stringMatching(/^a\.csv: The destination gives/)] });
    const [failed] = (await transfers())["a.csv"] ?? [];
    expect(failed).toMatchObject({ status: "failed", checksum_verified: false, bytes_transferred: null });
    expect(failed.dest_checksum).not.toBe(failed.source_checksum);
    expect((await files())["a.csv"]).toMatchObject({ xxhash: null });
    expect(await harvest()).toMatchObject({ status: "completed", results: { transferred: 1 } });
    const { id } = (await files())["a.csv"];
    expect((await admin.ask("GET", `/api/files/${id}/download`)).body).toBe("1,2,3");
  });
});

describe("a source", () => {
  it("that refuses the password ends the harvest, and nothing is said to be harvested", async () => {
    const { admin, instrument_id, server, harvest } = await openHarvesting({ files: ODD });
    await server.change({ password: "another" });
    const job = await harvest();
    expect(job).toMatchObject({ status: "failed", errors: [expect.stringMatching(/the login was refused$/)] });
    expect(JSON.stringify(job)).not.toContain(server.config.password);
    expect(await admin.get(`/api/instruments/${instrument_id}`)).toMatchObject({ last_harvested_at: null });
  });

  it.each([
    ["more", 9],
    ["fewer", 2],
  ])("that announces %s bytes than it has gives no file", async (_, bytes) => {
    const { harvest, files } = await openHarvesting({
      files: { "a.csv": file("1,2,3"), "b.csv": file("1") },
      listed: { "a.csv": bytes },
    });
    const { results, errors } = await harvest();
    expect([results, errors]).toMatchObject([{ transferred: 1, failed: 1 }, [expect.stringMatching(/has changed$/)]]);
    expect((await files())["a.csv"]).toMatchObject({ xxhash: null });
  });

  it("with names that lead elsewhere is listed without them, and that is said", async () => {
    const { admin, instrument_id, harvest, files } = await openHarvesting({
      files: { "a.csv": file("1") },
      strays: ["/%2e%2e", "/..", "/../../secret.txt"],
    });
    const { status, errors } = await harvest();
    expect([status, errors]).toEqual(["completed", ['".." cannot be the name of a file']]);
    expect(Object.keys(await files())).toEqual(["a.csv"]);
    expect(await admin.get(`/api/instruments/${instrument_id}`)).toMatchObject({ last_harvested_at: null });
  });

  it("whose list is cut is asked again", async () => {
    const { harvest } = await openHarvesting({
      files: { "a/b.csv": file("1"), "c/d.csv": file("2") },
      faults: [{ on: "PROPFIND /c", times: 1, cut: 150 }],
    });
    expect(await harvest()).toMatchObject({ status: "completed", errors: [], results: { transferred: 2 } });
  });

  it("that is down ends the harvest before every file has failed, and the next one brings them all", async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.csv`, file(`${index}`)]));
    const { server, start, world, files, transfers } = await openHarvesting({
      files: many,
      faults: [{ on: "GET /", cut: 0 }],
    });
    const { job } = await world.work(await start());
    expect(job.status).toBe("failed");
    expect(Object.values(await transfers()).flat().length).toBeLessThan(10);
    await server.change({ faults: [] });
    const { job: next } = await world.work(await start());
    expect(next).toMatchObject({ status: "completed", results: { transferred: 40 } });
    expect(Object.keys(await files())).toHaveLength(40);
  });

  it.each([
    ["switched off", { enabled: false }, "Instrument is disabled"],
    ["pushing", { transfer_config: { type: "push" } }, "The instrument pushes its files: there is nothing to harvest"],
  ])("that is %s is not harvested", async (_, change, message) => {
    const { admin, instrument_id, harvest, server } = await openHarvesting({ files: ODD });
    expect((await admin.ask("PATCH", `/api/instruments/${instrument_id}`, change)).status).toBe(200);
    expect(await harvest()).toMatchObject({ status: "failed", errors: [message] });
    expect((await server.report()).requests).toEqual([]);
  });
});
