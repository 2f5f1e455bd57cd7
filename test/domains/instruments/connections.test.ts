import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { readInstrumentSettings, readStorageSettings } from "../../../src/domains/instruments/connections.ts";
import { instrumentResource } from "../../../src/domains/instruments/instruments.ts";
import { getResource } from "../../../src/domains/instruments/resource.ts";
import { storageLocationResource } from "../../../src/domains/instruments/storage-locations.ts";
import { testContext } from "../../support/context.ts";
import { anAdmin, type Caller, errorBody, LAKE, NOTHING, refusal, SHARE } from "./laboratory.ts";

const SECRET = "hunter2-of-the-lab";
const WEBDAV = { type: "webdav", url: "https://dav.example.org/data", username: "u", password: SECRET };
const BUCKET = { bucket: "data", region: "eu-central-1", access_key_id: "AKIA", secret_access_key: SECRET };

let admin: Caller;

beforeEach(async () => {
  admin = await anAdmin();
});

const settingsOf = async (id: string) => {
  const ctx = testContext();
  return readInstrumentSettings(ctx, await getResource(ctx, instrumentResource, id));
};
const storageOf = async (id: string) => {
  const ctx = testContext();
  return readStorageSettings(ctx, await getResource(ctx, storageLocationResource, id), "/archive");
};

/** Every text of every table, sealed ones as they are stored. */
async function stored(): Promise<string> {
  const tables = ["instruments", "storage_locations", "service_accounts", "credentials", "audit_log", "hook_configs"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

describe("the settings of an instrument", () => {
  it("are its share, opened as its service account, in the document's words", async () => {
    const account = { name: "svc", domain: "LAB", username: "harvester", password: SECRET };
    const { id: service_account_id } = await admin.create("/api/service-accounts", account);
    const { id } = await admin.create("/api/instruments", { ...SHARE, cifs_base_path: "/export", service_account_id });
    expect(await settingsOf(id)).toEqual({
      ...{ type: "smb", host: "scope.lab.example.org", port: 445, share: "data", path: "/export" },
      ...{ domain: "LAB", username: "harvester", password: SECRET },
    });
    await admin.ask("DELETE", `/api/service-accounts/${service_account_id}`);
    await expect(settingsOf(id)).rejects.toMatchObject({ status: 409 });
  });

  it("keep a secret that is sent back masked, replace one that is sent, and never show either", async () => {
    const { id, transfer_config } = await admin.create("/api/instruments", { name: "Scope", transfer_config: WEBDAV });
    expect(transfer_config).toEqual({ ...WEBDAV, password: "****" });
    const moved = { ...transfer_config, url: "https://other.example.org/data" };
    const answer = await admin.ask("PATCH", `/api/instruments/${id}`, { transfer_config: moved });
    expect(answer).toMatchObject({ status: 200, body: { transfer_config: moved } });
    expect(await settingsOf(id)).toEqual({ ...WEBDAV, url: moved.url });
    await admin.ask("PATCH", `/api/instruments/${id}`, { name: "Renamed" });
    expect(await settingsOf(id)).toMatchObject({ password: SECRET });
    await admin.ask("PATCH", `/api/instruments/${id}`, { transfer_config: { ...moved, password: "another" } });
    expect(await settingsOf(id)).toMatchObject({ password: "another" });
    const [newest] = await admin.get(`/api/admin/audit-logs?entity_id=${id}`);
    expect(newest.changes).toEqual({ transfer_config: { before: "***", after: "***" } });
    expect(await stored()).not.toContain(SECRET);
  });

  it("refuse a mask that nothing is stored for", async () => {
    const json = { name: "Scope", transfer_config: { ...WEBDAV, password: "****" } };
    expect(await admin.ask("POST", "/api/instruments", json)).toMatchObject({
      status: 422,
      body: refusal("transfer_config.password", "there is no stored secret to keep"),
    });
  });

  it.each([
    [{ type: "carrier-pigeon" }, "transfer_config.type"],
    [{ type: 7 }, "transfer_config.type"],
    [{ type: "webdav" }, "transfer_config.url"],
    [{ ...WEBDAV, url: "file:///etc/passwd" }, "transfer_config.url"],
    [{ ...WEBDAV, url: "https://user:pass@dav.example.org/" }, "transfer_config.url"],
    [{ ...WEBDAV, surprise: true }, "transfer_config"],
    [{ type: "smb", host: "h", share: "a/b" }, "transfer_config.share"],
    [{ type: "r2", prefix: "../../other" }, "transfer_config.prefix"],
  ])("refuse %j", async (transfer_config, field) => {
    const { status, body } = await admin.ask("POST", "/api/instruments", { name: "Scope", transfer_config });
    expect([status, body.errors]).toEqual([422, [{ field, message: expect.any(String) }]]);
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it("hide what looks like a secret in options that are not ours", async () => {
    const transfer_config = { smb_pass: SECRET, checkers: 4 };
    const created = await admin.create("/api/instruments", { ...SHARE, transfer_config });
    expect(created.transfer_config).toEqual({ smb_pass: "****", checkers: 4 });
    expect(await stored()).not.toContain(SECRET);
  });

  it("need a share unless they name a filesystem, and a service account that is there", async () => {
    expect((await admin.ask("POST", "/api/instruments", { name: "Scope" })).body.errors).toEqual(
      ["cifs_host", "cifs_share"].map((field) => ({
        field,
        message: "is required unless transfer_config has a type",
      })),
    );
    const json = { ...SHARE, service_account_id: NOTHING };
    expect(await admin.ask("POST", "/api/instruments", json)).toMatchObject({
      status: 422,
      body: refusal("service_account_id", "Service account not found"),
    });
  });

  it.each(["..", "a/b", "a\\b", "x".repeat(201)])("refuse %j as a name, which becomes a folder", async (name) => {
    expect((await admin.ask("POST", "/api/instruments", { ...SHARE, name })).status).toBe(422);
  });

  it("that can be named are described, with a schema for each", async () => {
    const adapters = await admin.get("/api/instruments/adapters");
    const types = adapters.map(({ type }: { type: string }) => type);
    expect(types).toEqual(["webdav", "http", "s3", "sftp", "ftp", "ftps", "smb", "r2", "push"]);
    const [webdav] = adapters;
    expect(webdav.config_schema).toMatchObject({ type: "object", required: ["type", "url"] });
  });
});

describe("a storage location", () => {
  const create = (json: object) =>
    admin.ask("POST", "/api/storage-locations", { name: "Store", base_path: "/a", ...json });

  it("seals its secret, keeps it where it is masked, and drops keys that it does not know", async () => {
    const { status, body } = await create({ type: "s3", connection_config: { ...BUCKET, surprise: 1 } });
    expect(status).toBe(201);
    expect(body.connection_config).toEqual({ ...BUCKET, secret_access_key: "****" });
    const moved = { ...body.connection_config, bucket: "other" };
    await admin.ask("PATCH", `/api/storage-locations/${body.id}`, { connection_config: moved });
    expect(await storageOf(body.id)).toEqual({ type: "s3", ...BUCKET, bucket: "other", prefix: "/archive" });
    expect(await stored()).not.toContain(SECRET);
  });

  it.each([
    ["s3", {}, ["access_key_id", "bucket", "region", "secret_access_key"]],
    ["s3", { ...BUCKET, endpoint_url: "ftp://x" }, ["endpoint_url"]],
    ["cifs", { host: "h", share: "s", username: "u" }, ["password"]],
    ["cifs", null, ["host", "password", "share", "username"]],
    ["nfs", { host: 7 }, ["export_path", "host"]],
  ])("of type %s refuses %j", async (type, connection_config, fields) => {
    const { status, body } = await create({ type, connection_config });
    expect(status).toBe(422);
    const named = body.errors.map(({ field }: { field: string }) => field).sort();
    expect(named).toEqual(fields.map((field) => `connection_config.${field}`));
  });

  it("checks the stored config again when its type alone is changed", async () => {
    const { body } = await create({ type: "s3", connection_config: BUCKET });
    const answer = await admin.ask("PATCH", `/api/storage-locations/${body.id}`, { type: "cifs" });
    expect(answer.status).toBe(422);
    expect(await admin.get(`/api/storage-locations/${body.id}`)).toMatchObject({ type: "s3" });
    expect((await admin.ask("PATCH", `/api/storage-locations/${body.id}`, { type: "tape" })).status).toBe(422);
  });

  it.each(["../other", "/a/../b", "a\\b", "/a/./b"])("refuses %j as a folder", async (base_path) => {
    expect((await create({ type: "posix", base_path })).status).toBe(422);
  });

  it("is tried: the lake can be reached, NFS cannot, and a disabled one is not tried", async () => {
    const { id } = await admin.create("/api/storage-locations", LAKE);
    const path = `/api/storage-locations/${id}`;
    expect(await admin.get(`${path}/test`)).toEqual({ status: "ok", type: "posix", name: "Lake" });
    await admin.ask("PATCH", path, { enabled: false });
    expect(await admin.ask("GET", `${path}/test`)).toMatchObject({
      status: 409,
      body: errorBody("CONFLICT", "Storage location is disabled"),
    });
    const nfs = await create({ type: "nfs", connection_config: { host: "h", export_path: "/e" } });
    expect(await admin.ask("GET", `/api/storage-locations/${nfs.body.id}/test`)).toMatchObject({
      status: 502,
      body: errorBody("UPSTREAM_ERROR", "NFS is kept for the record only: nothing here can reach it"),
    });
    expect((await admin.ask("GET", `/api/storage-locations/${NOTHING}/test`)).status).toBe(404);
  });

  it("on a private address is accepted, and refused when it is connected to", async () => {
    const connection_config = { ...BUCKET, endpoint_url: "http://10.0.0.7:9000" };
    const { body } = await create({ type: "s3", connection_config });
    const { status, body: refused } = await admin.ask("GET", `/api/storage-locations/${body.id}/test`);
    expect([status, refused.error]).toEqual([502, "UPSTREAM_ERROR"]);
    expect(JSON.stringify(refused)).not.toContain(SECRET);
  });
});

describe("a hook", () => {
  const create = (json: object) => admin.ask("POST", "/api/hooks", { name: "Hook", ...json });
  const builtin = (builtin_name: unknown, trigger = "post_transfer", config: unknown = {}) =>
    create({ trigger, implementation: "builtin", builtin_name, config });
  const webhook = (json: object) => create({ trigger: "post_transfer", implementation: "http_webhook", ...json });

  it("that the platform brings along is described with its settings", async () => {
    const builtins = await admin.get("/api/hooks/builtins");
    expect(builtins.map(({ name, trigger }: { name: string; trigger: string }) => [name, trigger])).toEqual([
      ["file_filter", "pre"],
      ["metadata_enrichment", "post"],
      ["access_assignment", "post"],
    ]);
    expect(Object.keys(builtins[0].config_schema.properties)).toEqual([
      "exclude_patterns",
      "include_patterns",
      "min_size_bytes",
      "redirect_rules",
    ]);
  });

  it.each([
    ["no builtin", () => builtin(null), "builtin_name"],
    ["an unknown builtin", () => builtin("constructor"), "builtin_name"],
    ["a builtin at the wrong time", () => builtin("file_filter"), "trigger"],
    ["a key that it does not know", () => builtin("file_filter", "pre_transfer", { exclude: [] }), "config"],
    ["a wrong type", () => builtin("file_filter", "pre_transfer", { min_size_bytes: "1" }), "config.min_size_bytes"],
    [
      "a redirect out of its folder",
      () => builtin("file_filter", "pre_transfer", { redirect_rules: [{ pattern: "*", destination: "../x" }] }),
      "config.redirect_rules.0.destination",
    ],
    [
      "a grantee that is not there",
      () =>
        builtin("access_assignment", "post_transfer", {
          grants: [{ grantee_type: "group", match_field: NOTHING, source: "literal" }],
        }),
      "config.grants.0.match_field",
    ],
    [
      "a pattern that is none",
      () => builtin("metadata_enrichment", "post_transfer", { rules: [{ pattern: "(?P<sample>" }] }),
      "config.rules.0.pattern",
    ],
    [
      "a pattern that looks back, which no linear matcher can",
      () => builtin("metadata_enrichment", "post_transfer", { rules: [{ pattern: "(a+)\\1$" }] }),
      "config.rules.0.pattern",
    ],
    ["no address", () => webhook({}), "webhook_url"],
    ["a private address", () => webhook({ webhook_url: "http://169.254.169.254/latest" }), "webhook_url"],
    ["no http address", () => webhook({ webhook_url: "file:///etc/passwd" }), "webhook_url"],
    ["a weak secret", () => webhook({ webhook_url: "https://example.org", config: { secret: "x" } }), "config.secret"],
    [
      "an instrument that is not there",
      () =>
        create({
          trigger: "pre_transfer",
          implementation: "builtin",
          builtin_name: "file_filter",
          instrument_id: NOTHING,
        }),
      "instrument_id",
    ],
    [
      "Python",
      () => create({ trigger: "pre_transfer", implementation: "python_script", script_path: "a.py" }),
      "implementation",
    ],
  ])("with %s is refused at creation", async (_what, ask, field) => {
    const { status, body } = await ask();
    expect([status, body.errors]).toEqual([422, [{ field, message: expect.any(String) }]]);
    expect(await admin.get("/api/hooks")).toEqual([]);
  });

  it("seals the secret of a webhook and keeps it where it is masked", async () => {
    const secret = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
    const { status, body } = await webhook({ webhook_url: "https://example.org/hook", config: { secret } });
    expect([status, body.config]).toEqual([201, { secret: "****" }]);
    const answer = await admin.ask("PATCH", `/api/hooks/${body.id}`, { config: { secret: "****" }, priority: 3 });
    expect(answer).toMatchObject({ status: 200, body: { config: { secret: "****" }, priority: 3 } });
    expect(await stored()).not.toContain(secret);
  });

  it("is listed for its instrument alone where that is asked for", async () => {
    const { id: instrument_id } = await admin.create("/api/instruments", SHARE);
    const own = { trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" };
    const { body } = await create({ ...own, instrument_id });
    await create(own);
    expect(await admin.get(`/api/hooks?instrument_id=${instrument_id}`)).toEqual([body]);
  });
});
