import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { eq } from "drizzle-orm";
import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { PART_BYTES } from "../../../src/domains/instruments/destination.ts";
import { hookConfigs } from "../../../src/domains/instruments/tables.ts";
import { openWebhookReceiver } from "../../support/webhook-server/client.ts";
import type { HookReply, ReceivedCall } from "../../support/webhook-server/world.ts";
import { type Harvesting, openHarvesting, WRITTEN_AT } from "./harvests.ts";
import { aPerson, UUID } from "./laboratory.ts";

const PATHS = ["run1/anna_scan.tif", "run1/notes.txt", "run2/bob_scan.tif"];
const FILES = Object.fromEntries(PATHS.map((path) => [path, { text: "1,2,3", modified_at: WRITTEN_AT }]));
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

let laboratory: Harvesting;

beforeEach(async () => {
  laboratory = await openHarvesting({ files: FILES });
});

const builtin = (builtin_name: string, config: object, more: object = {}) =>
  laboratory.admin.create("/api/hooks", {
    ...{ name: builtin_name, implementation: "builtin", builtin_name, config },
    ...{ trigger: builtin_name === "file_filter" ? "pre_transfer" : "post_transfer" },
    ...more,
  });

const webhook = (webhook_url: string, more: object = {}) =>
  laboratory.admin.create("/api/hooks", {
    ...{ name: "Notifier", trigger: "pre_transfer", implementation: "http_webhook", webhook_url },
    ...more,
  });

/** The newest try of every file, by path: how it ended, and why or where. */
async function ends(): Promise<Record<string, string>> {
  const tries = Object.entries(await laboratory.transfers());
  return Object.fromEntries(
    tries.map(([path, [{ status, error_message, destination_path }]]) => [
      path,
      `${status}: ${error_message ?? destination_path}`,
    ]),
  );
}

const stored = (path: string, base = "/archive") => `completed: ${base}/Microscope/${path}`;
const problemsOf = async (path: string) => (await laboratory.transfers())[path]?.[0]?.hook_problems;

describe("file_filter", () => {
  const [scan = "", notes = "", other = ""] = PATHS;

  it.each([
    [{ min_size_bytes: 6 }, "File too small (5 B < min 6 B)", PATHS],
    [{ exclude_patterns: ["*.md", "*.txt"] }, "Excluded by pattern '*.txt'", [notes]],
    [{ exclude_patterns: ["run1/*"] }, "Excluded by pattern 'run1/*'", [scan, notes]],
    [{ include_patterns: ["*.tif", "*.raw"] }, "Not matched by any include pattern", [notes]],
    [{ include_patterns: ["run?/bob*"] }, "Not matched by any include pattern", [scan, notes]],
    [{ exclude_patterns: ["*.TXT"] }, "", []],
    [{}, "", []],
  ])("with %j skips what it must", async (config, reason, skipped: string[]) => {
    await builtin("file_filter", config);
    const { results } = await laboratory.harvest();
    expect(results).toMatchObject({ skipped: skipped.length, transferred: 3 - skipped.length, failed: 0 });
    const expected = PATHS.map((path) => [path, skipped.includes(path) ? `skipped: ${reason}` : stored(path)]);
    expect(await ends()).toEqual(Object.fromEntries(expected));
  });

  it("redirects by the first rule that fits, before any pattern excludes", async () => {
    const redirect_rules = [
      { pattern: "*anna*", destination: "/people/anna" },
      { pattern: "*.tif", destination: "scans" },
    ];
    await builtin("file_filter", { redirect_rules, exclude_patterns: ["*"] });
    await laboratory.harvest();
    expect(await ends()).toEqual({
      [scan]: stored(scan, "/people/anna"),
      [notes]: "skipped: Excluded by pattern '*'",
      [other]: stored(other, "/scans"),
    });
  });

  it("asks again about what it skipped once it was changed, and only then", async () => {
    const { id } = await builtin("file_filter", { exclude_patterns: ["*.txt"] });
    await laboratory.harvest();
    expect((await laboratory.harvest()).results).toMatchObject({ skipped: 0, transferred: 0 });
    await laboratory.admin.ask("PATCH", `/api/hooks/${id}`, { config: { exclude_patterns: ["*.md"] } });
    expect((await laboratory.harvest()).results).toMatchObject({ skipped: 0, transferred: 1 });
    expect((await laboratory.transfers())[notes]).toMatchObject([{ status: "completed" }, { status: "skipped" }]);
  });
});

describe("hooks", () => {
  it("run by priority, those of all instruments and of this one, until one skips or redirects", async () => {
    const { admin, instrument_id } = laboratory;
    const { id: other } = await admin.create("/api/instruments", { name: "Other", transfer_config: { type: "push" } });
    const all = { exclude_patterns: ["*"] };
    await builtin("file_filter", all, { priority: 0, instrument_id: other });
    await builtin("file_filter", all, { priority: 0, enabled: false });
    const { id: deleted } = await builtin("file_filter", all, { priority: 0 });
    await admin.ask("DELETE", `/api/hooks/${deleted}`);
    await builtin("file_filter", { exclude_patterns: ["*.tif"] }, { priority: 9 });
    await builtin(
      "file_filter",
      { redirect_rules: [{ pattern: "*anna*", destination: "first" }], exclude_patterns: ["*.txt"] },
      { priority: 1, instrument_id },
    );
    await laboratory.harvest();
    expect(await ends()).toEqual({
      "run1/anna_scan.tif": stored("run1/anna_scan.tif", "/first"),
      "run1/notes.txt": "skipped: Excluded by pattern '*.txt'",
      "run2/bob_scan.tif": "skipped: Excluded by pattern '*.tif'",
    });
  });

  it("find metadata by the groups of patterns, later rules first, and null for a group without part", async () => {
    await builtin("metadata_enrichment", {
      rules: [
        { pattern: "(?P<run>run\\d)/" },
        { pattern: "^(?<person>[a-z]+)_(?<kind>scan)(?P<plate>-\\d+)?", source: "filename" },
        { pattern: "(?P<run>bob)" },
      ],
    });
    await laboratory.harvest();
    const files = await laboratory.files();
    expect(PATHS.map((path) => files[path])).toMatchObject([
      { metadata_: { run: "run1", person: "anna", kind: "scan", plate: null } },
      { metadata_: { run: "run1" } },
      { metadata_: { run: "bob", person: "bob", kind: "scan", plate: null } },
    ]);
  });

  it("give access to whom the metadata names, whatever found it, and say who is unknown", async () => {
    const { admin } = laboratory;
    const anna = await aPerson();
    const [user] = anna.email.split("@");
    const { id: group } = await admin.create("/api/groups", { name: "run1" });
    const { id: project } = await admin.create("/api/projects", { name: "Everything" });
    await builtin("metadata_enrichment", { rules: [{ pattern: "(?P<run>run\\d)/" }] }, { priority: 1 });
    const receiver = await openWebhookReceiver({
      body: JSON.stringify({ metadata_updates: { owner: `${user?.toUpperCase()}@example.org` } }),
    });
    await webhook(receiver.url);
    const access = await builtin(
      "access_assignment",
      {
        grants: [
          { grantee_type: "group", match_field: "run" },
          { grantee_type: "user", match_field: "owner" },
          { grantee_type: "project", match_field: project, source: "literal" },
          { grantee_type: "project", match_field: "plan" },
        ],
      },
      { priority: 2 },
    );
    await laboratory.harvest();
    const files = await laboratory.files();
    const grants = await admin.get(`/api/files/${files["run1/notes.txt"].id}/access`);
    expect(grants.map(({ grantee_id }: { grantee_id: string }) => grantee_id).sort()).toEqual(
      [group, anna.id, project].sort(),
    );
    expect(Object.keys(await anna.get("/api/files")).length).toBe(3);
    expect(await problemsOf("run1/notes.txt")).toEqual([`${access.name}: the metadata have no plan`]);
    expect(await problemsOf("run2/bob_scan.tif")).toEqual([
      `${access.name}: there is no group "run2"`,
      `${access.name}: the metadata have no plan`,
    ]);
  });

  it("keep what they found before the transfer of a file in parts", async () => {
    const receiver = await openWebhookReceiver({ body: JSON.stringify({ metadata_updates: { sample: "S1" } }) });
    await webhook(receiver.url);
    await laboratory.server.change({ files: { "large.bin": { size: PART_BYTES + 1, modified_at: WRITTEN_AT } } });
    await laboratory.harvest();
    expect((await laboratory.files())["large.bin"]).toMatchObject({ metadata_: { sample: "S1" } });
  });

  it("that fail are named on the transfer, and the others run", async () => {
    const { id } = await builtin("metadata_enrichment", { rules: [{ pattern: "(?P<run>run1)" }] }, { name: "Old" });
    await drizzle(env.DB)
      .update(hookConfigs)
      .set({ config: { rules: "none" } })
      .where(eq(hookConfigs.id, id));
    await builtin("metadata_enrichment", { rules: [{ pattern: "(?P<run>run\\d)" }] });
    expect(await laboratory.harvest()).toMatchObject({ status: "completed", results: { transferred: 3 } });
    expect(await problemsOf("run1/notes.txt")).toEqual(["Old: its configuration does not hold any more"]);
    expect((await laboratory.files())["run1/notes.txt"]).toMatchObject({ metadata_: { run: "run1" } });
  });

  it.each(["(?P<run", "(?=ahead)", "(a)\\1", "(?P<a>x)(?P<a>y)", "x{1001}"])(
    "with the pattern %s are refused when they are made",
    async (pattern) => {
      const json = { name: "Names", trigger: "post_transfer", implementation: "builtin" };
      const config = { rules: [{ pattern: "(?P<run>.)" }, { pattern }] };
      const call = { ...json, builtin_name: "metadata_enrichment", config };
      const { status, body } = await laboratory.admin.ask("POST", "/api/hooks", call);
      expect([status, body.errors]).toEqual([422, [{ field: "config.rules.1.pattern", message: expect.any(String) }]]);
    },
  );

  it("take no longer for a pattern that makes others run for ever", async () => {
    const path = `${"a".repeat(150)}.txt`;
    await laboratory.server.change({ files: { [path]: { text: "1", modified_at: WRITTEN_AT } } });
    await builtin("metadata_enrichment", { rules: [{ pattern: "^(?P<run>(a+)+)+$" }] });
    await builtin("file_filter", { exclude_patterns: [`${"*a".repeat(100)}*b`] });
    expect(await laboratory.harvest()).toMatchObject({ status: "completed", results: { transferred: 4 } });
  });
});

/** Verifies as Standard Webhooks 1.0 says: HMAC-SHA256 of id, time and body, in base64. */
function expectSigned({ headers, body }: ReceivedCall): void {
  const key = Buffer.from(SECRET.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(300);
}

describe("a webhook", () => {
  it("is told of every file, signed, before and after its transfer", async () => {
    const receiver = await openWebhookReceiver();
    await webhook(receiver.url, { config: { secret: SECRET } });
    await webhook(receiver.url, { name: "After", trigger: "post_transfer", config: { secret: SECRET } });
    await laboratory.harvest();
    const calls = await receiver.calls();
    expect(calls).toHaveLength(6);
    calls.forEach(expectSigned);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(6);
    const bodies = calls.map(({ body }) => JSON.parse(body)).filter(({ file }) => file.path === "run1/notes.txt");
    const { persistent_id, xxhash } = (await laboratory.files())["run1/notes.txt"];
    const told = {
      instrument: { id: laboratory.instrument_id, name: "Microscope" },
      destination_path: "/archive/Microscope/run1/notes.txt",
      metadata: {},
    };
    const file = { path: "run1/notes.txt", name: "notes.txt", size: 5, mtime: "2025-01-01T12:00:00Z", persistent_id };
    expect(bodies).toEqual([
      { event: "pre_transfer", hook: "Notifier", ...told, file: { ...file, checksum: null } },
      { event: "post_transfer", hook: "After", ...told, file: { ...file, checksum: xxhash } },
    ]);
    expect(JSON.stringify(calls)).not.toContain(SECRET);
  });

  it.each<[string, HookReply, string]>([
    ["skips", { body: '{"action":"skip","message":"not today"}' }, "skipped: not today"],
    ["skips without a word", { body: '{"action":"skip"}' }, "skipped: Skipped by Notifier"],
    [
      "redirects",
      { body: '{"action":"redirect","redirect_path":"/else/where"}' },
      "completed: /else/where/Microscope/a",
    ],
    ["proceeds", { body: '{"action":"proceed"}' }, "completed: /archive/Microscope/a"],
    ["answers nothing", { status: 204 }, "completed: /archive/Microscope/a"],
  ])("that %s is obeyed", async (_, reply, end) => {
    const receiver = await openWebhookReceiver(reply);
    const files = {
      ...Object.fromEntries(PATHS.map((path) => [path, null])),
      a: { text: "1", modified_at: WRITTEN_AT },
    };
    await laboratory.server.change({ files });
    await webhook(receiver.url);
    await laboratory.harvest();
    expect([await ends(), await problemsOf("a")]).toEqual([{ a: end }, []]);
  });

  it.each<[string, HookReply, RegExp]>([
    [
      "leads out of the storage",
      { body: '{"action":"redirect","redirect_path":"../../etc"}' },
      /is not what it must be$/,
    ],
    ["redirects to nowhere", { body: '{"action":"redirect"}' }, /without a redirect_path$/],
    ["has an action of its own", { body: '{"action":"delete"}' }, /is not what it must be$/],
    ["answers a page", { body: "<h1>hello</h1>" }, /is not JSON$/],
    ["answers a list", { body: "[]" }, /is not what it must be$/],
    ["answers without end", { body: JSON.stringify({ message: "x".repeat(70_000) }) }, /more than 65536 bytes$/],
    ["refuses", { status: 403, body: '{"action":"skip"}' }, /answers 403$/],
    ["sends on", { status: 307, headers: { Location: "http://10.0.0.1/" } }, /redirects a request with a body/],
    ["leads inside", { status: 302, headers: { Location: "http://10.0.0.1/" } }, /private|public/],
  ])("that %s changes nothing, and that is said", async (_, reply, problem) => {
    const receiver = await openWebhookReceiver(reply);
    await laboratory.server.change({ files: { "run1/notes.txt": null, "run2/bob_scan.tif": null } });
    await webhook(receiver.url);
    expect(await laboratory.harvest()).toMatchObject({ status: "completed", results: { transferred: 1 } });
    expect(await ends()).toEqual({ "run1/anna_scan.tif": stored("run1/anna_scan.tif") });
    const [named, ...others] = await problemsOf("run1/anna_scan.tif");
    expect([named, others]).toEqual([expect.stringMatching(problem), []]);
    expect(named).toMatch(/^Notifier: /);
    expect(await receiver.calls()).toHaveLength(1);
  });

  it("that fails at first is told up to three times, under one id", async () => {
    const receiver = await openWebhookReceiver({ status: 500 }, { cut: true }, { body: '{"action":"skip"}' });
    await laboratory.server.change({ files: { "run1/notes.txt": null, "run2/bob_scan.tif": null } });
    await webhook(receiver.url, { config: { secret: SECRET } });
    await laboratory.harvest();
    expect(await ends()).toEqual({ "run1/anna_scan.tif": "skipped: Skipped by Notifier" });
    const calls = await receiver.calls();
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([expect.stringMatching(/^[0-9a-f-]{36}\.[0-9a-f-]{36}$/)]),
    );
    calls.forEach(expectSigned);
    await receiver.answer({ status: 503 });
    await laboratory.server.change({ files: { "run1/anna_scan.tif": { text: "2", modified_at: WRITTEN_AT } } });
    await laboratory.harvest();
    expect(await receiver.calls()).toHaveLength(6);
    expect(await problemsOf("run1/anna_scan.tif")).toEqual(["Notifier: the webhook answers 503"]);
  });

  it("that says nothing for ten seconds is told again", async () => {
    const receiver = await openWebhookReceiver({ hang: true }, { body: '{"action":"skip"}' });
    await laboratory.server.change({ files: { "run1/notes.txt": null, "run2/bob_scan.tif": null } });
    await webhook(receiver.url);
    const begun_at = Date.now();
    await laboratory.harvest();
    expect(await ends()).toEqual({ "run1/anna_scan.tif": "skipped: Skipped by Notifier" });
    expect(Date.now() - begun_at).toBeGreaterThan(9_900);
    expect(await receiver.calls()).toHaveLength(2);
  }, 40_000);

  it("on a private address is refused when it is made", async () => {
    const json = { name: "Inside", trigger: "pre_transfer", implementation: "http_webhook" };
    const call = { ...json, webhook_url: "http://10.0.0.1/hook" };
    const { status, body } = await laboratory.admin.ask("POST", "/api/hooks", call);
    expect([status, body.errors]).toEqual([422, [{ field: "webhook_url", message: expect.any(String) }]]);
    const { id } = await webhook("https://hooks.example.org/");
    expect(id).toEqual(UUID);
  });
});
