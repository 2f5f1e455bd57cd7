import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { anAdmin, type Answer, type Caller, errorBody, NOTHING, TIME, UUID } from "./laboratory.ts";
import { hrefsOf, openPushing, type Pushing } from "./dav-client.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** XXH64 of `hello`, as xxhsum prints it. */
const HELLO = "26c7827d889f6da3";

let admin: Caller;
let pushing: Pushing;

beforeEach(async () => {
  admin = await anAdmin();
  pushing = await openPushing(admin);
});

const codeOf = ({ text }: { text: string }) => Object(JSON.parse(text)).error;
const files = (): Promise<Answer["body"][]> => admin.get(`/api/files?instrument_id=${pushing.instrument_id}`);
const transfers = (): Promise<Answer["body"][]> => admin.get(`/api/transfers?instrument_id=${pushing.instrument_id}`);
const objects = async () => (await env.DB.prepare("SELECT * FROM objects WHERE origin LIKE 'push:%'").all()).results;

describe("whoever delivers", () => {
  it("needs a token of that very instrument", async () => {
    const without = await pushing.ask("PUT", "/a", { token: null, body: "x" });
    expect([without.status, codeOf(without)]).toEqual([401, "MISSING_TOKEN"]);
    expect(without.headers.get("WWW-Authenticate")).toBe('Basic realm="Catchment", charset="UTF-8"');
    const wrong = await pushing.ask("PROPFIND", "/", { token: "cit_wrong", headers: { Depth: "0" } });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, "INVALID_TOKEN"]);
    const bearer = await pushing.ask("GET", "/a", {
      token: null,
      headers: { Authorization: `Bearer ${pushing.token}` },
    });
    expect(bearer.status).toBe(401);
    const other = await openPushing(admin, { name: "Other" });
    const foreign = await other.ask("PUT", "/a", { token: pushing.token, body: "x" });
    expect([foreign.status, JSON.parse(foreign.text)]).toEqual([404, errorBody("NOT_FOUND", "Instrument not found")]);
    expect(await objects()).toEqual([]);
  });

  it("is refused where the instrument is off, deleted or harvested", async () => {
    const path = `/api/instruments/${pushing.instrument_id}`;
    await admin.ask("PATCH", path, { enabled: false });
    expect(await pushing.put("/a", "x")).toBe(409);
    await admin.ask("PATCH", path, { enabled: true });
    expect(await pushing.put("/a", "x")).toBe(201);
    await admin.ask("DELETE", path);
    expect(await pushing.put("/b", "x")).toBe(409);
    const share = { name: "Share", cifs_host: "scope.lab.example.org", cifs_share: "data", transfer_config: null };
    const harvested = await openPushing(admin, share);
    expect(await harvested.put("/a", "x")).toBe(409);
  });

  it("learns what can be done", async () => {
    const { status, headers } = await pushing.ask("OPTIONS", "/");
    expect([status, headers.get("DAV")]).toEqual([200, "1"]);
    expect(headers.get("Allow")).toBe("OPTIONS, PROPFIND, PROPPATCH, MKCOL, GET, HEAD, PUT, MOVE, DELETE");
    for (const method of ["LOCK", "COPY", "POST"]) {
      const refused = await pushing.ask(method, "/a");
      expect([refused.status, refused.headers.get("Allow")]).toEqual([405, headers.get("Allow")]);
    }
  });
});

describe("a delivered file", () => {
  it("is stored, verified and named as a harvested one is", async () => {
    const { status, headers } = await pushing.ask("PUT", "/run%201/%C3%BCn%C3%AF%23.tif", {
      body: "hello",
      headers: { "X-OC-Mtime": "1735732800" },
    });
    expect([status, headers.get("X-OC-Mtime")]).toEqual([201, "accepted"]);
    const [file] = await files();
    expect(file).toEqual({
      id: UUID,
      persistent_id: expect.stringMatching(/^ark:\/99999\/fk4[a-z2-7]{26}$/),
      persistent_id_type: "ark",
      instrument_id: pushing.instrument_id,
      ...{ source_path: "run 1/ünï#.tif", filename: "ünï#.tif", size_bytes: 5, xxhash: HELLO, sha256: sha256("hello") },
      source_mtime: expect.stringMatching(/^2025-01-01T12:00:00/),
      first_discovered_at: TIME,
      ...{ metadata_: {}, owner_id: null, verified_at: TIME, damage: null },
    });
    expect(await transfers()).toMatchObject([
      {
        ...{ file_id: file.id, storage_location_id: null, status: "completed", bytes_transferred: 5 },
        ...{ source_checksum: HELLO, dest_checksum: HELLO, checksum_verified: true, prefect_flow_run_id: null },
        ...{ destination_path: "/push/Microscope/run 1/ünï#.tif", hook_problems: [] },
      },
    ]);
    expect((await admin.ask("GET", `/api/files/${file.id}/download`)).body).toBe("hello");
    const part = await pushing.ask("GET", "/run%201/%C3%BCn%C3%AF%23.tif", { headers: { Range: "bytes=1-2" } });
    expect([part.status, part.text, part.headers.get("Content-Range")]).toEqual([206, "el", "bytes 1-2/5"]);
    const head = await pushing.ask("HEAD", "/run%201/%C3%BCn%C3%AF%23.tif");
    expect([head.status, head.text, head.headers.get("ETag")]).toEqual([200, "", `"${sha256("hello")}"`]);
  });

  it("has nothing new when the same is sent again, however it is sent", async () => {
    expect(await pushing.put("/a", "hello")).toBe(201);
    expect(await pushing.put("/a", "hello")).toBe(204);
    const both = await Promise.all(["/b", "/b", "/b"].map((path) => pushing.put(path, "hello")));
    expect(both.every((status) => status < 300)).toBe(true);
    expect((await transfers()).length).toBe(2);
    expect((await objects()).length).toBe(2);
  });

  it("keeps its identifier and its earlier versions when it changes", async () => {
    await pushing.put("/a", "hello");
    const [before] = await files();
    expect(await pushing.put("/a", "hello, world")).toBe(204);
    const [after, ...others] = await files();
    expect(others).toEqual([]);
    expect(after).toMatchObject({ persistent_id: before.persistent_id, id: before.id, size_bytes: 12 });
    expect((await transfers()).map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect((await objects()).map(({ state }) => state)).toEqual(["live", "live"]);
  });

  it("is kept whatever a client wants to do with it", async () => {
    await pushing.put("/run/a", "hello");
    for (const path of ["/run/a", "/run", "/"]) {
      expect(await pushing.ask("DELETE", path)).toMatchObject({ status: 403 });
      const Destination = `http://localhost/dav/${pushing.instrument_id}/other`;
      expect(await pushing.ask("MOVE", path, { headers: { Destination } })).toMatchObject({ status: 403 });
    }
    expect((await pushing.ask("DELETE", "/nothing")).status).toBe(404);
    expect((await pushing.ask("GET", "/run/a")).text).toBe("hello");
  });

  it("may be empty, or of several parts of a multipart upload", async () => {
    expect(await pushing.put("/empty", "")).toBe(201);
    const large = "0123456789abcdef".repeat(700_000);
    expect(await pushing.put("/large", large)).toBe(201);
    expect((await pushing.ask("GET", "/large")).text === large).toBe(true);
    expect((await files()).map(({ size_bytes }) => size_bytes).sort()).toEqual([0, 11_200_000]);
  });
});

describe("a body that is wrong", () => {
  it("leaves nothing behind when it is cut off", async () => {
    const cut = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("hel"));
        controller.error(new Error("the line was cut"));
      },
    });
    expect((await pushing.ask("PUT", "/a", { body: cut })).status).toBe(400);
    const short = await pushing.ask("PUT", "/a", {
      body: new Blob(["hel"]).stream(),
      headers: { "Content-Length": "5" },
    });
    expect(short.status).toBe(400);
    expect([await files(), await transfers(), await objects()]).toEqual([[], [], []]);
    expect((await pushing.ask("GET", "/a")).status).toBe(404);
  });

  it("is too large when it says so, and when it does not", async () => {
    const small = await openPushing(admin, { name: "Small" }, { DAV_MAX_BYTES: "4" });
    const message = "A file of more than 4 bytes cannot be delivered at once: send it in parts, by POST /uploads";
    const announced = await small.ask("PUT", "/a", { body: "hello" });
    expect([announced.status, JSON.parse(announced.text)]).toEqual([413, errorBody("TOO_LARGE", message)]);
    const streamed = await small.ask("PUT", "/a", { body: new Blob(["hello"]).stream() });
    expect([streamed.status, codeOf(streamed)]).toEqual([413, "TOO_LARGE"]);
    expect(await small.put("/a", "four")).toBe(201);
    expect((await objects()).length).toBe(1);
  });

  it("has a name that no file may have", async () => {
    const names = ["/a%2F..%2Fb", "/%00", "/a%5Cb", `/${"x".repeat(300)}`, "/%E2%80%AE", "/a/%0A"];
    for (const name of names) expect([name, await pushing.put(name, "x")]).toEqual([name, 422]);
    expect(await pushing.put("/%ff", "x")).toBe(400);
    expect(await pushing.put("/", "x")).toBe(409);
    expect(await pushing.put("/folder/", "x")).toBe(409);
    // What climbs out of the folder is resolved before it is sent.
    expect(await pushing.put(`/../${NOTHING}/a`, "x")).toBe(404);
    expect(await pushing.put("/a", "x")).toBe(201);
    expect(await pushing.put("/a/b", "x")).toBe(409);
    expect(await pushing.put("/folder/a", "x")).toBe(201);
    expect(await pushing.put("/folder", "x")).toBe(409);
    expect(await pushing.ask("PUT", "/c", { body: "x", headers: { "Content-Range": "bytes 0-0/2" } })).toMatchObject({
      status: 400,
    });
  });
});

describe("a store that gives back other bytes", () => {
  /** Changes the bytes of an object before it is read. */
  const decaying = new Proxy(env.LAKE, {
    get(lake, name) {
      if (name === "get") {
        return async (key: string) => {
          await lake.put(key, "hellO");
          return lake.get(key);
        };
      }
      const member: unknown = Reflect.get(lake, name);
      return typeof member === "function" ? member.bind(lake) : member;
    },
  });

  it("is noticed, and the file is delivered again", async () => {
    const settings: Record<string, unknown> = { LAKE: decaying };
    pushing = await openPushing(admin, { name: "Careful" }, settings);
    const refused = await pushing.ask("PUT", "/a.tif", { body: "hello" });
    expect([refused.status, codeOf(refused)]).toEqual([502, "CHECKSUM_MISMATCH"]);
    const [failed] = await transfers();
    expect(failed).toMatchObject({
      ...{ status: "failed", source_checksum: HELLO, checksum_verified: false, bytes_transferred: null },
      dest_checksum: expect.stringMatching(/^[0-9a-f]{16}$/),
      error_message: `The destination gives back other bytes (${failed.dest_checksum}) than were read (${HELLO})`,
    });
    expect(await files()).toMatchObject([{ source_path: "a.tif", size_bytes: null, xxhash: null, verified_at: null }]);
    expect((await pushing.ask("GET", "/a.tif")).status).toBe(404);
    expect(hrefsOf(await pushing.ask("PROPFIND", "/", { headers: { Depth: "1" } }))).toHaveLength(1);
    expect([await objects(), (await env.LAKE.list()).objects]).toEqual([[], []]);
    settings["LAKE"] = env.LAKE;
    expect(await pushing.put("/a.tif", "hello")).toBe(204);
    expect(await files()).toMatchObject([{ source_path: "a.tif", xxhash: HELLO, sha256: sha256("hello") }]);
    expect((await transfers()).map(({ status }) => status)).toEqual(["completed", "failed"]);
  });

  it("leaves the version before as it is", async () => {
    const settings: Record<string, unknown> = {};
    pushing = await openPushing(admin, { name: "Careful" }, settings);
    await pushing.put("/a.tif", "world");
    const [before] = await files();
    settings["LAKE"] = decaying;
    expect(await pushing.put("/a.tif", "hello")).toBe(502);
    expect(await files()).toEqual([before]);
    settings["LAKE"] = env.LAKE;
    expect((await pushing.ask("GET", "/a.tif")).text).toBe("world");
  });

  it("is noticed when a partial file gets its name", async () => {
    const settings: Record<string, unknown> = {};
    pushing = await openPushing(admin, { name: "Careful" }, settings);
    await pushing.put("/a.tif.partial", "hello");
    settings["LAKE"] = decaying;
    const Destination = `http://localhost/dav/${pushing.instrument_id}/a.tif`;
    const moved = await pushing.ask("MOVE", "/a.tif.partial", { headers: { Destination } });
    expect([moved.status, codeOf(moved)]).toEqual([502, "CHECKSUM_MISMATCH"]);
    expect(await transfers()).toMatchObject([
      {
        ...{ status: "failed", source_checksum: null, checksum_verified: false },
        error_message: expect.stringMatching(
          /^The destination gives back other bytes \([0-9a-f]{16}\) than were read$/,
        ),
      },
    ]);
    expect(await objects()).toEqual([]);
  });
});

describe("a partial file", () => {
  const move = (to: string, headers: Record<string, string> = {}) =>
    pushing.ask("MOVE", "/run/a.tif.partial", {
      headers: { Destination: `http://localhost/dav/${pushing.instrument_id}${to}`, ...headers },
    });

  it("is none until it is moved to its name", async () => {
    expect(await pushing.put("/run/a.tif.partial", "hel")).toBe(201);
    expect(await pushing.put("/run/a.tif.partial", "hello", { "X-OC-Mtime": "1735732800" })).toBe(204);
    const found = await pushing.ask("PROPFIND", "/run/a.tif.partial", { headers: { Depth: "0" } });
    expect(found.text).toContain("<D:getcontentlength>5</D:getcontentlength>");
    expect(await files()).toEqual([]);
    expect((await move("/run/b.partial")).status).toBe(403);
    expect((await move("/../../users/me")).status).toBe(403);
    expect((await pushing.ask("MOVE", "/run/a.tif.partial")).status).toBe(400);
    expect((await move("/run/a.tif")).status).toBe(201);
    expect(await files()).toMatchObject([{ source_path: "run/a.tif", xxhash: HELLO, sha256: sha256("hello") }]);
    expect((await files())[0].source_mtime).toMatch(/^2025-01-01T12/);
    expect((await move("/run/a.tif")).status).toBe(404);
    expect((await objects()).map(({ state }) => state)).toEqual(["live"]);
  });

  it("replaces nothing where the client says so, and can be removed", async () => {
    await pushing.put("/run/a.tif", "hello");
    await pushing.put("/run/a.tif.partial", "hello, world");
    expect((await move("/run/a.tif", { Overwrite: "F" })).status).toBe(412);
    expect((await pushing.ask("DELETE", "/run/a.tif.partial")).status).toBe(204);
    expect((await pushing.ask("DELETE", "/run/a.tif.partial")).status).toBe(404);
    expect((await objects()).length).toBe(1);
  });
});

describe("a listing", () => {
  const list = (path: string, Depth = "1") => pushing.ask("PROPFIND", path, { headers: { Depth } });

  it("shows what is right in a folder, with sizes and times, and folders by what is in them", async () => {
    for (const path of ["/a", "/a%20b/c", "/a%20b/d/e", "/a%20b0", "/%C3%BC/%F0%9F%98%80/x", "/z&'<"]) {
      await pushing.put(path, "hello", { "X-OC-Mtime": "1735732800" });
    }
    const root = `/dav/${pushing.instrument_id}/`;
    const top = await list("/");
    expect(top.status).toBe(207);
    expect(hrefsOf(top)).toEqual(["", "a", "a%20b/", "a%20b0", "z%26&apos;%3C", "%C3%BC/"].map((name) => root + name));
    expect(top.text).toContain("<D:getlastmodified>Wed, 01 Jan 2025 12:00:00 GMT</D:getlastmodified>");
    expect(top.text).toContain(`<D:getetag>"${sha256("hello")}"</D:getetag>`);
    expect(hrefsOf(await list("/a%20b"))).toEqual(["a%20b/", "a%20b/c", "a%20b/d/"].map((name) => root + name));
    expect(hrefsOf(await list("/%C3%BC/"))).toEqual(["%C3%BC/", "%C3%BC/%F0%9F%98%80/"].map((name) => root + name));
    expect(hrefsOf(await list("/%C3%BC/%F0%9F%98%80/x"))).toEqual([`${root}%C3%BC/%F0%9F%98%80/x`]);
    expect(hrefsOf(await list("/", "0"))).toEqual([root]);
    expect((await list("/nothing")).status).toBe(404);
    const endless = await list("/", "infinity");
    expect([endless.status, codeOf(endless)]).toEqual([403, "PROPFIND_FINITE_DEPTH"]);
    expect((await list("/", "2")).status).toBe(400);
  });

  it("goes on beyond its first page, whether that ends in a file or a folder", async () => {
    await pushing.put("/a", "hello");
    const copy = `INSERT INTO instrument_files SELECT 'copy-' || value, 'ark:/99999/copy' || value, persistent_id_type,
      instrument_id, printf(?, value), filename, size_bytes, source_mtime, xxhash, sha256, first_discovered_at, metadata_,
      owner_id, transfer_id, source_version, observed_size, observed_mtime, observed_version, observed_since, failures,
      retry_at, verified_at, damage FROM instrument_files, json_each(?) WHERE source_path = 'a'`;
    const numbers = (from: number) => JSON.stringify(Array.from({ length: 1100 }, (_, index) => from + index));
    await env.DB.prepare(copy).bind("flat/%05d", numbers(0)).run();
    await env.DB.prepare(copy).bind("deep/%05d/x", numbers(2000)).run();
    const flat = hrefsOf(await list("/flat"));
    expect([flat.length, new Set(flat).size]).toEqual([1101, 1101]);
    const deep = hrefsOf(await list("/deep"));
    expect([deep.length, new Set(deep).size]).toEqual([1101, 1101]);
  });

  it("has folders as soon as something is in them", async () => {
    expect((await pushing.ask("MKCOL", "/run")).status).toBe(201);
    expect((await pushing.ask("PROPPATCH", "/run/a", { body: "<x/>" })).status).toBe(207);
    await pushing.put("/run/a", "hello");
    for (const path of ["/run", "/run/a", "/"]) expect((await pushing.ask("MKCOL", path)).status).toBe(405);
    expect((await pushing.ask("MKCOL", "/other", { body: "<x/>" })).status).toBe(415);
  });
});

describe("hooks", () => {
  const hook = (fields: object) => admin.create("/api/hooks", { instrument_id: pushing.instrument_id, ...fields });

  it("skip a file, once, and the client sees it as delivered", async () => {
    await hook({
      ...{ name: "Only images", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" },
      config: { include_patterns: ["*.tif"] },
    });
    expect(await pushing.put("/notes.txt", "hello")).toBe(201);
    expect(await pushing.put("/notes.txt", "hello")).toBe(204);
    expect((await pushing.ask("PUT", "/stream.txt", { body: new Blob(["hello"]).stream() })).status).toBe(201);
    expect(await pushing.put("/a.tif", "hello")).toBe(201);
    const found = await transfers();
    expect(found.map(({ status }) => status).sort()).toEqual(["completed", "skipped", "skipped"]);
    expect((await objects()).length).toBe(1);
    const shown = await pushing.ask("PROPFIND", "/notes.txt", { headers: { Depth: "0" } });
    expect(shown.text).toContain("<D:getcontentlength>5</D:getcontentlength>");
    expect((await pushing.ask("GET", "/notes.txt")).status).toBe(409);
  });
});
