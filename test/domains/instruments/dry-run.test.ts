import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dryRunFields } from "../../../src/domains/instruments/dry-run.ts";
import { testContext } from "../../support/context.ts";
import { openWebhookReceiver } from "../../support/webhook-server/client.ts";
import { type Harvesting, openHarvesting, WRITTEN_AT } from "./harvests.ts";
import { aFile, aPerson, type Answer, errorBody, nobody, NOTHING, refusal, SHARE, UUID } from "./laboratory.ts";

const PATHS = ["run1/anna_scan.tif", "run1/notes.txt", "run2/bob_scan.tif"];
const [SCAN = "", NOTES = "", OTHER = ""] = PATHS;
const FILES = Object.fromEntries(PATHS.map((path) => [path, { text: "1,2,3", modified_at: WRITTEN_AT }]));
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const FILTER = { name: "Filter", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" };
const NAMES = {
  name: "Names",
  trigger: "post_transfer",
  implementation: "builtin",
  builtin_name: "metadata_enrichment",
};
const ACCESS = { ...NAMES, name: "Access", builtin_name: "access_assignment" };
const NOTIFIER = { name: "Notifier", trigger: "pre_transfer", implementation: "http_webhook" };
const REST = { description: null, script_path: null, webhook_url: null, config: null, priority: 0, enabled: true };

let laboratory: Harvesting;

beforeEach(async () => {
  laboratory = await openHarvesting({ files: FILES });
  await laboratory.harvest();
});

const tryHook = (hook: object, options: object = {}): Promise<Answer> =>
  laboratory.admin.ask("POST", "/api/hooks/dry-run", {
    ...{ instrument_id: laboratory.instrument_id, ...hook },
    ...options,
  });

/** What would happen to each file, by its path. */
async function reportOf(hook: object, options: object = {}): Promise<Record<string, Answer["body"]>> {
  const { status, body } = await tryHook(hook, options);
  expect(status).toBe(200);
  return Object.fromEntries(body.files.map((file: Answer["body"]) => [file.path, file]));
}

/** Every row of every table. */
async function everything(): Promise<Record<string, unknown[]>> {
  const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  const names = tables.results.map(({ name }) => name).filter((name) => !/^(_cf_|sqlite_)/.test(name));
  const rows = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(names.map((name, index) => [name, rows[index]?.results ?? []]));
}

const kept = (path: string) => ({
  ...{ file_id: UUID, path, action: "transfer", reason: null, destination_path: `/archive/Microscope/${path}` },
  ...{ metadata: {}, grants: [], problem: null },
});

describe("a dry run is refused", () => {
  it("of a hook that is not there, or was deleted", async () => {
    const { admin } = laboratory;
    const missing = await admin.ask("POST", `/api/hooks/${NOTHING}/dry-run`, {});
    expect([missing.status, missing.body]).toEqual([404, errorBody("NOT_FOUND", "Hook not found")]);
    const { id } = await admin.create("/api/hooks", FILTER);
    await admin.ask("DELETE", `/api/hooks/${id}`);
    expect((await admin.ask("POST", `/api/hooks/${id}/dry-run`, {})).status).toBe(404);
  });

  it("to whoever is no admin", async () => {
    const { id } = await laboratory.admin.create("/api/hooks", FILTER);
    const person = await aPerson();
    for (const path of ["/api/hooks/dry-run", `/api/hooks/${id}/dry-run`]) {
      expect((await person.ask("POST", path, FILTER)).status).toBe(403);
      expect((await nobody.ask("POST", path, FILTER)).status).toBe(401);
    }
  });

  it("without an instrument, or over the files of one that the hook is not for", async () => {
    const { admin } = laboratory;
    const required = refusal("instrument_id", "is required: the hook is for every instrument");
    const { id } = await admin.create("/api/hooks", FILTER);
    for (const answer of [
      await admin.ask("POST", "/api/hooks/dry-run", FILTER),
      await admin.ask("POST", `/api/hooks/${id}/dry-run`, {}),
    ]) {
      expect([answer.status, answer.body]).toEqual([422, required]);
    }
    const unknown = await admin.ask("POST", `/api/hooks/${id}/dry-run`, { instrument_id: NOTHING });
    expect([unknown.status, unknown.body]).toEqual([422, refusal("instrument_id", "Instrument not found")]);
    const { id: other } = await admin.create("/api/instruments", SHARE);
    const own = await admin.create("/api/hooks", { ...FILTER, instrument_id: other });
    const foreign = await admin.ask("POST", `/api/hooks/${own.id}/dry-run`, {
      instrument_id: laboratory.instrument_id,
    });
    expect([foreign.status, foreign.body]).toEqual([
      422,
      refusal("instrument_id", "The hook is for another instrument"),
    ]);
  });

  it("with a field or an option that cannot be", async () => {
    const wrong: [object, string][] = [
      [{ limit: 0 }, "limit"],
      [{ limit: 1001 }, "limit"],
      [{ limit: "many" }, "limit"],
      [{ offset: -1 }, "offset"],
      [{ offset: 1.5 }, "offset"],
      [{ paths: [] }, "paths"],
      [{ paths: "run1" }, "paths"],
      [{ paths: [7] }, "paths.0"],
      [{ paths: [SCAN, "run3/none.tif"] }, "paths.1"],
      [{ paths: ["../../etc/passwd"] }, "paths.0"],
      [{ call_webhook: "yes" }, "call_webhook"],
      [{ config: { exclude_patterns: "*.txt" } }, "config.exclude_patterns"],
      [{ config: { redirect_rules: [{ pattern: "*", destination: "../up" }] } }, "config.redirect_rules.0.destination"],
      [{ builtin_name: "no_such" }, "builtin_name"],
      [{ trigger: "post_transfer" }, "trigger"],
      [{ ...NAMES, config: { rules: [{ pattern: "(?P<run" }] } }, "config.rules.0.pattern"],
      [
        { ...ACCESS, config: { grants: [{ grantee_type: "user", match_field: NOTHING, source: "literal" }] } },
        "config.grants.0.match_field",
      ],
      [{ ...NOTIFIER, webhook_url: null }, "webhook_url"],
      [{ ...NOTIFIER, webhook_url: "http://10.0.0.1/" }, "webhook_url"],
      [{ ...NOTIFIER, webhook_url: "https://hooks.example.org/", config: { secret: "****" } }, "config.secret"],
      [{ implementation: "python_script" }, "implementation"],
    ];
    for (const [change, field] of wrong) {
      const { status, body } = await tryHook(FILTER, change);
      expect([status, body.errors], JSON.stringify(change)).toEqual([422, [{ field, message: expect.any(String) }]]);
    }
  });
});

describe("a dry run", () => {
  it("changes nothing of what is stored", async () => {
    const { admin, instrument_id } = laboratory;
    const { id: group } = await admin.create("/api/groups", { name: "run1" });
    const grants = [{ grantee_type: "group", match_field: group, source: "literal" }];
    const { id } = await admin.create("/api/hooks", { ...FILTER, config: { exclude_patterns: ["*"] } });
    const before = await everything();
    await reportOf({ ...ACCESS, config: { grants } });
    await reportOf({ ...NAMES, config: { rules: [{ pattern: "(?P<run>run\\d)" }] } });
    const { body } = await admin.ask("POST", `/api/hooks/${id}/dry-run`, { instrument_id });
    expect(body.totals).toEqual({ files: 3, transfer: 0, skip: 3, redirect: 0, problems: 0 });
    expect(await everything()).toEqual(before);
  });

  it("says of a filter what it would skip, redirect and let go on", async () => {
    const config = {
      redirect_rules: [{ pattern: "*bob*", destination: "people/bob" }],
      exclude_patterns: ["*.txt"],
    };
    const { status, body } = await tryHook(FILTER, { config });
    expect(status).toBe(200);
    const { files, ...rest } = body;
    expect(rest).toEqual({
      instrument_id: laboratory.instrument_id,
      totals: { files: 3, transfer: 1, skip: 1, redirect: 1, problems: 0 },
      ...{ total: 3, next_offset: null },
    });
    const byPath = Object.fromEntries(files.map((file: Answer["body"]) => [file.path, file]));
    expect(byPath).toEqual({
      [SCAN]: kept(SCAN),
      [NOTES]: { ...kept(NOTES), action: "skip", reason: "Excluded by pattern '*.txt'", destination_path: null },
      [OTHER]: {
        ...{ ...kept(OTHER), action: "redirect", reason: "Redirected by pattern '*bob*'" },
        destination_path: `/people/bob/Microscope/${OTHER}`,
      },
    });
  });

  it("says what a harvest then does", async () => {
    const { admin, harvest, server, instrument_id, transfers } = laboratory;
    const config = { redirect_rules: [{ pattern: "*bob*", destination: "b" }], min_size_bytes: 6 };
    const { id } = await admin.create("/api/hooks", { ...FILTER, config, enabled: false });
    await server.change({
      files: Object.fromEntries(PATHS.map((path) => [path, { text: "1,2,3,4", modified_at: WRITTEN_AT + 1000 }])),
    });
    await harvest();
    const { body } = await admin.ask("POST", `/api/hooks/${id}/dry-run`, { instrument_id });
    await admin.ask("PATCH", `/api/hooks/${id}`, { enabled: true });
    await server.change({
      files: Object.fromEntries(PATHS.map((path) => [path, { text: "1,2,3,5", modified_at: WRITTEN_AT + 2000 }])),
    });
    await harvest();
    const done = await transfers();
    expect(body.files.map(({ path, destination_path }: Answer["body"]) => [path, destination_path])).toEqual(
      body.files.map(({ path }: Answer["body"]) => [path, done[path]?.[0].destination_path]),
    );
  });

  it("says what metadata and grants a file would get, and who is unknown", async () => {
    const { admin, harvest, server } = laboratory;
    const rules = [{ pattern: "(?P<run>run\\d)/(?P<person>[a-z]+)_" }];
    const found = await reportOf({ ...NAMES, config: { rules } });
    expect(found).toEqual({
      [SCAN]: { ...kept(SCAN), metadata: { run: "run1", person: "anna" } },
      [NOTES]: kept(NOTES),
      [OTHER]: { ...kept(OTHER), metadata: { run: "run2", person: "bob" } },
    });
    const { id: grantee_id } = await admin.create("/api/groups", { name: "run1" });
    await admin.create("/api/hooks", { ...NAMES, config: { rules } });
    await server.change({ files: { [SCAN]: { text: "2", modified_at: WRITTEN_AT + 1000 } } });
    await harvest();
    const config = { grants: [{ grantee_type: "group", match_field: "run" }] };
    expect(await reportOf({ ...ACCESS, config }, { paths: [SCAN, NOTES] })).toEqual({
      [SCAN]: { ...kept(SCAN), grants: [{ grantee_type: "group", grantee_id }] },
      [NOTES]: { ...kept(NOTES), problem: "the metadata have no run" },
    });
  });

  it("shows that a stored hook does not work any more", async () => {
    const { admin, instrument_id } = laboratory;
    const { id } = await admin.create("/api/hooks", { ...NAMES, instrument_id });
    await env.DB.prepare("UPDATE hook_configs SET config = ? WHERE id = ?").bind('{"rules":"none"}', id).run();
    const { body } = await admin.ask("POST", `/api/hooks/${id}/dry-run`, {});
    expect(body.totals).toEqual({ files: 3, transfer: 3, skip: 0, redirect: 0, problems: 3 });
    expect(body.files[0].problem).toBe("its configuration does not hold any more");
  });

  it("goes through the files page by page, newest first", async () => {
    const { instrument_id } = laboratory;
    const { id } = await aFile(instrument_id, { path: "newest.tif" });
    const first = await tryHook(FILTER, { limit: 1 });
    expect(first.body).toMatchObject({ files: [{ file_id: id }], totals: { files: 1 }, total: 4, next_offset: 1 });
    const rest = await tryHook(FILTER, { offset: 1 });
    expect(rest.body).toMatchObject({ totals: { files: 3 }, total: 4, next_offset: null });
    const after = await tryHook(FILTER, { offset: 4 });
    expect(after.body).toMatchObject({ files: [], totals: { files: 0 }, total: 4, next_offset: null });
    const named = await tryHook(FILTER, { paths: [SCAN, OTHER], limit: 1, offset: 1 });
    expect(named.body).toMatchObject({ files: [{}], total: 2, next_offset: null });
  });

  it("ends its page when it has taken long, or would look up too many", async () => {
    const { instrument_id } = laboratory;
    for (let number = 0; number < 3; number++) await aFile(instrument_id, { path: `more/${number}.tif` });
    let time = Date.now();
    const slow = testContext({ now: () => (time += 7_000) });
    const fields = {
      ...FILTER,
      ...REST,
      instrument_id,
      trigger: "pre_transfer" as const,
      implementation: "builtin" as const,
    };
    const options = { instrument_id, limit: 100, offset: 0, call_webhook: false };
    expect(await dryRunFields(slow, fields, options)).toMatchObject({ totals: { files: 3 }, next_offset: 3 });
    const grants = Array.from({ length: 100 }, () => ({ grantee_type: "group", match_field: "run" }));
    const { body } = await tryHook(ACCESS, { config: { grants } });
    expect(body).toMatchObject({ totals: { files: 5, problems: 5 }, total: 6, next_offset: 5 });
  });

  it("has no destination before the first transfer of an instrument", async () => {
    const { id } = await laboratory.admin.create("/api/instruments", { ...SHARE, name: "New" });
    const { body } = await tryHook({ ...FILTER, instrument_id: id });
    expect(body).toMatchObject({ files: [], total: 0, next_offset: null });
  });
});

describe("a dry run of a webhook", () => {
  it("calls nobody unless it is told to", async () => {
    const receiver = await openWebhookReceiver({ body: '{"action":"skip"}' });
    const report = await reportOf({ ...NOTIFIER, webhook_url: receiver.url });
    expect(report[SCAN]).toEqual({ ...kept(SCAN), reason: "The webhook was not called" });
    expect(await receiver.calls()).toEqual([]);
  });

  it("marks its calls, signs them, and shows what the answers come to", async () => {
    const body = JSON.stringify({ action: "redirect", redirect_path: "/new", metadata_updates: { sample: "S1" } });
    const receiver = await openWebhookReceiver({ body: '{"action":"skip","message":"not today"}' }, { body });
    const webhook = { ...NOTIFIER, webhook_url: receiver.url, config: { secret: SECRET } };
    const { id } = await laboratory.admin.create("/api/hooks", webhook);
    const options = { instrument_id: laboratory.instrument_id, call_webhook: true, limit: 2 };
    const stored = await laboratory.admin.ask("POST", `/api/hooks/${id}/dry-run`, options);
    expect(stored.body).toMatchObject({
      files: [
        { action: "skip", reason: "not today", destination_path: null, problem: null },
        { action: "redirect", reason: "Redirected by Notifier", metadata: { sample: "S1" } },
      ],
      totals: { files: 2, transfer: 0, skip: 1, redirect: 1, problems: 0 },
      next_offset: 2,
    });
    await reportOf(webhook, { call_webhook: true, paths: [NOTES] });
    const calls = await receiver.calls();
    expect(calls.map((call) => JSON.parse(call.body).dry_run)).toEqual([true, true, true]);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
    expect(calls.every(({ headers }) => headers["webhook-signature"]?.startsWith("v1,"))).toBe(true);
    expect(JSON.stringify(calls)).not.toContain(SECRET);
  });

  it("shows that it fails", async () => {
    const receiver = await openWebhookReceiver({ status: 403 });
    const report = await reportOf({ ...NOTIFIER, webhook_url: receiver.url }, { call_webhook: true });
    expect(report[NOTES]).toEqual({ ...kept(NOTES), problem: "the webhook answers 403" });
  });

  it("goes to twenty files at most", async () => {
    const { instrument_id } = laboratory;
    for (let number = 0; number < 19; number++) await aFile(instrument_id, { path: `more/${number}.tif` });
    const receiver = await openWebhookReceiver();
    const { body } = await tryHook({ ...NOTIFIER, webhook_url: receiver.url }, { call_webhook: true, limit: 500 });
    expect(body).toMatchObject({ totals: { files: 20, transfer: 20 }, total: 22, next_offset: 20 });
    expect(await receiver.calls()).toHaveLength(20);
  });
});
