import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { drizzle } from "drizzle-orm/d1";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { instrumentFiles } from "../../../src/domains/instruments/tables.ts";
import { mintArk } from "../../../src/domains/instruments/identifiers.ts";
import { testContext } from "../../support/context.ts";
import { aFile, anAdmin, type Caller, errorBody, nobody, SHARE, TIME } from "./laboratory.ts";

const digestOf = (text: string) => `sha-256=:${createHash("sha256").update(text).digest("base64")}:`;

let admin: Caller;
let instrument_id: string;

beforeEach(async () => {
  admin = await anAdmin();
  ({ id: instrument_id } = await admin.create("/api/instruments", SHARE));
});

describe("a download", () => {
  it("has every byte, with tag, digest and the file's own name", async () => {
    const file = await aFile(instrument_id, { path: "run 1/ünï #1.tif" });
    const { status, body, headers } = await admin.ask("GET", `/api/files/${file.id}/download`);
    expect([status, body]).toEqual([200, "hello"]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-length": "5",
      "accept-ranges": "bytes",
      etag: `"${file.sha256}"`,
      "repr-digest": digestOf("hello"),
      "last-modified": "Wed, 01 Jan 2025 12:00:00 GMT",
      "content-disposition": "attachment; filename=\"_n_ #1.tif\"; filename*=UTF-8''%C3%BCn%C3%AF%20%231.tif",
      "x-content-type-options": "nosniff",
    });
  });

  it("goes on where it was cut off, and the digest stays that of the whole file", async () => {
    const file = await aFile(instrument_id);
    const path = `/api/files/${file.id}/download`;
    const part = await admin.ask("GET", path, undefined, { Range: "bytes=2-", "If-Range": `"${file.sha256}"` });
    expect([part.status, part.body, part.headers.get("Content-Range")]).toEqual([206, "llo", "bytes 2-4/5"]);
    expect(part.headers.get("Repr-Digest")).toBe(digestOf("hello"));
    const stale = await admin.ask("GET", path, undefined, { Range: "bytes=2-", "If-Range": '"another"' });
    expect([stale.status, stale.body]).toEqual([200, "hello"]);
    const known = await admin.ask("GET", path, undefined, { "If-None-Match": `"${file.sha256}"` });
    expect([known.status, known.body]).toEqual([304, ""]);
    const beyond = await admin.ask("GET", path, undefined, { Range: "bytes=5-" });
    expect([beyond.status, beyond.headers.get("Content-Range")]).toEqual([416, "bytes */5"]);
  });

  it("is tagged by XXH64 and has no digest where no SHA-256 was taken", async () => {
    const { id } = await aFile(instrument_id, { sha256: false });
    const { headers } = await admin.ask("GET", `/api/files/${id}/download`);
    expect([headers.get("ETag"), headers.get("Repr-Digest")]).toEqual(['"26c7827d889f6da3"', null]);
  });

  it("is refused while no version was transferred completely", async () => {
    const { id } = await aFile(instrument_id);
    await drizzle(env.DB)
      .update(instrumentFiles)
      .set({ transfer_id: null, xxhash: null, size_bytes: null, sha256: null })
      .where(eq(instrumentFiles.id, id));
    expect(await admin.ask("GET", `/api/files/${id}/download`)).toMatchObject({
      status: 409,
      body: errorBody("NOT_TRANSFERRED", "The file has not been transferred yet"),
    });
  });

  it("asks to be tried again when the bytes are gone from the lake", async () => {
    const { id, key } = await aFile(instrument_id);
    await env.LAKE.delete(key);
    expect((await admin.ask("GET", `/api/files/${id}/download`)).status).toBe(503);
  });
});

describe("a file and its transfer", () => {
  it("are shown with every field", async () => {
    const file = await aFile(instrument_id);
    expect(await admin.get(`/api/files/${file.id}`)).toEqual({
      ...{ id: file.id, persistent_id: file.persistent_id, persistent_id_type: "ark", instrument_id },
      ...{ source_path: "run-1/image.tif", filename: "image.tif", size_bytes: 5, xxhash: "26c7827d889f6da3" },
      ...{ source_mtime: "2025-01-01T12:00:00Z", first_discovered_at: TIME, sha256: file.sha256, metadata_: {} },
      ...{ owner_id: null, verified_at: null, damage: null },
    });
    expect(await admin.get(`/api/transfers/${file.transfer_id}`)).toEqual({
      ...{ id: file.transfer_id, file_id: file.id, storage_location_id: null, transfer_adapter: "rclone" },
      ...{ destination_path: "/archive/Microscope/run-1/image.tif", status: "completed", bytes_transferred: 5 },
      ...{ source_checksum: "26c7827d889f6da3", dest_checksum: "26c7827d889f6da3", checksum_verified: true },
      ...{ started_at: TIME, completed_at: TIME, error_message: null, prefect_flow_run_id: null },
      ...{ source_size: 5, source_mtime: "2025-01-01T12:00:00Z", hook_problems: [] },
    });
  });

  it("are listed newest first, and narrowed by what is asked for", async () => {
    const first = await aFile(instrument_id, { path: "1" });
    const { id: other } = await admin.create("/api/instruments", { ...SHARE, name: "Other" });
    const second = await aFile(other, { path: "2" });
    const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);
    expect(ids(await admin.get("/api/files")).sort()).toEqual([first.id, second.id].sort());
    expect(ids(await admin.get(`/api/files?instrument_id=${other}`))).toEqual([second.id]);
    expect(ids(await admin.get(`/api/transfers?file_id=${first.id}`))).toEqual([first.transfer_id]);
    expect(await admin.get("/api/transfers?status=failed")).toEqual([]);
    expect((await admin.ask("GET", "/api/files?instrument_id=1")).status).toBe(422);
    expect((await admin.ask("GET", "/api/transfers?status=lost")).status).toBe(422);
  });
});

describe("an ARK", () => {
  it("has the authority, the shoulder and 26 characters of base32", () => {
    const ctx = testContext();
    // Judged by `base64.b32encode(uuid.UUID(…).bytes)` of Python.
    const known = mintArk(ctx, "00112233-4455-4677-8899-aabbccddeeff");
    expect(known).toBe("ark:/99999/fk4aaisem2ekvdhpcezvk54zxpo74");
    const minted = Array.from({ length: 1000 }, () => mintArk(ctx));
    expect(minted.filter((ark) => !/^ark:\/99999\/fk4[a-z2-7]{26}$/.test(ark) || ark.length !== 40)).toEqual([]);
    expect(new Set(minted).size).toBe(1000);
  });

  it("leads to its file's download, or describes it, whatever its hyphens", async () => {
    const file = await aFile(instrument_id);
    const { status, headers } = await admin.ask("GET", `/${file.persistent_id}`);
    expect([status, headers.get("Location")]).toEqual([302, `/api/files/${file.id}/download`]);
    const hyphens = file.persistent_id.replace("fk4", "fk4-");
    expect((await admin.ask("GET", `/${hyphens}`)).status).toBe(302);
    expect(await admin.get(`/${file.persistent_id}?info`)).toEqual(await admin.get(`/api/files/${file.id}`));
  });

  it("that is unknown is not found, and nobody is asked to sign in first", async () => {
    expect(await admin.ask("GET", "/ark:/99999/fk4nothing")).toMatchObject({
      status: 404,
      body: errorBody("NOT_FOUND", "No such identifier"),
    });
    expect((await nobody.ask("GET", "/ark:/99999/fk4nothing")).status).toBe(401);
    expect((await admin.ask("GET", `/ark:/99999/${"x".repeat(200)}`)).status).toBe(422);
  });
});
