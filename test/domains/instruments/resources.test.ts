import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { aPerson, anAdmin, type Caller, errorBody, LAKE, nobody, NOTHING, SHARE, TIME, UUID } from "./laboratory.ts";

interface Kind {
  path: string;
  title: string;
  /** The least that creates one. */
  least: Record<string, unknown>;
  /** What it then has beside its id and times. */
  whole: Record<string, unknown>;
  change: Record<string, unknown>;
  hasSwitch: boolean;
  hasTimes: boolean;
}

const SWITCHED = { hasSwitch: true, hasTimes: true };

const kinds: Kind[] = [
  {
    path: "/api/instruments",
    title: "Instrument",
    least: SHARE,
    whole: {
      ...SHARE,
      ...{ description: null, location: null, pid: null, cifs_base_path: null, service_account_id: null },
      ...{ transfer_adapter: "rclone", transfer_config: null, enabled: true, last_harvested_at: null },
    },
    change: { location: "Building 3", description: "Confocal" },
    ...SWITCHED,
  },
  {
    path: "/api/storage-locations",
    title: "Storage location",
    least: LAKE,
    whole: { ...LAKE, connection_config: null, enabled: true },
    change: { base_path: "/elsewhere/2025" },
    ...SWITCHED,
  },
  {
    path: "/api/service-accounts",
    title: "Service account",
    least: { name: "Harvester", username: "svc", password: "secret-1" },
    whole: { name: "Harvester", username: "svc", domain: null },
    change: { domain: "LAB" },
    hasSwitch: false,
    hasTimes: true,
  },
  {
    path: "/api/hooks",
    title: "Hook",
    least: { name: "Filter", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" },
    whole: {
      ...{ name: "Filter", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" },
      ...{ description: null, script_path: null, webhook_url: null, instrument_id: null, priority: 0, enabled: true },
      config: { exclude_patterns: [], include_patterns: [], redirect_rules: [] },
    },
    change: { priority: 7 },
    hasSwitch: true,
    hasTimes: false,
  },
  ...["group", "project"].map((one) => ({
    path: `/api/${one}s`,
    title: one === "group" ? "Group" : "Project",
    least: { name: "Imaging" },
    whole: { name: "Imaging", description: null },
    change: { description: "Second floor" },
    hasSwitch: false,
    hasTimes: true,
  })),
];

const timesOf = ({ hasTimes }: Kind) => (hasTimes ? { created_at: TIME, updated_at: TIME } : {});

let admin: Caller;

beforeEach(async () => {
  admin = await anAdmin();
});

describe.each(kinds)("$path", (kind) => {
  const { path, title, least, whole, change } = kind;
  const created = { id: UUID, ...whole, ...timesOf(kind), deleted_at: null };

  it("creates, shows, lists, changes, deletes and restores", async () => {
    const { status, body } = await admin.ask("POST", path, least);
    expect({ status, body }).toEqual({ status: 201, body: created });
    const own = `${path}/${body.id}`;
    expect(await admin.get(own)).toEqual(body);
    expect(await admin.get(path)).toEqual([body]);
    expect(await admin.get(`${path}?skip=0`)).toEqual({ items: [body], total: 1, skip: 0, limit: 25 });
    const changed = await admin.ask("PATCH", own, change);
    expect(changed).toMatchObject({ status: 200, body: { ...created, ...change } });
    expect(await admin.ask("DELETE", own)).toMatchObject({ status: 204, body: "" });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const answer = await admin.ask(method, own, method === "PATCH" ? change : undefined);
      expect(answer).toMatchObject({ status: 404, body: errorBody("NOT_FOUND", `${title} not found`) });
    }
    expect(await admin.get(path)).toEqual([]);
    const off = kind.hasSwitch ? { enabled: false } : {};
    expect(await admin.get(`${path}?include_deleted=true`)).toEqual([
      { ...created, ...change, ...off, deleted_at: TIME },
    ]);
    const restored = await admin.ask("POST", `${own}/restore`);
    expect(restored).toMatchObject({ status: 200, body: { ...created, ...change, ...off, deleted_at: null } });
    expect(await admin.ask("POST", `${own}/restore`)).toMatchObject({
      status: 404,
      body: errorBody("NOT_FOUND", `Deleted ${title.toLowerCase()} not found`),
    });
  });

  it("is for admins only", async () => {
    const { id } = await admin.create(path, least);
    const person = await aPerson();
    for (const [method, where, json] of [
      ["GET", path, undefined],
      ["POST", path, least],
      ["GET", `${path}/${id}`, undefined],
      ["PATCH", `${path}/${id}`, change],
      ["DELETE", `${path}/${id}`, undefined],
      ["POST", `${path}/${id}/restore`, undefined],
    ] as const) {
      expect((await person.ask(method, where, json)).status).toBe(403);
      expect((await nobody.ask(method, where, json)).status).toBe(401);
    }
    expect(await admin.get(path)).toHaveLength(1);
  });

  it("does not know an id that nothing has, and refuses one that is none", async () => {
    expect(await admin.ask("GET", `${path}/${NOTHING}`)).toMatchObject({ status: 404 });
    expect(await admin.ask("POST", `${path}/${NOTHING}/restore`)).toMatchObject({ status: 404 });
    for (const id of ["1", "%27%20OR%201%3D1", "..%2F..%2Fusers"]) {
      expect((await admin.ask("GET", `${path}/${id}`)).status).toBe(422);
    }
  });

  it("refuses what is missing, of the wrong type or too large, with the field's name", async () => {
    for (const field of Object.keys(least)) {
      const { [field]: _left_out, ...rest } = least;
      const answers = [
        await admin.ask("POST", path, rest),
        await admin.ask("POST", path, { ...least, [field]: { nested: true } }),
        await admin.ask("POST", path, { ...least, [field]: "x".repeat(70_000) }),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(422);
        expect(body.errors).toContainEqual({ field: expect.stringContaining(field), message: expect.any(String) });
      }
    }
    expect((await admin.ask("POST", path, [least])).status).toBe(422);
    expect((await admin.ask("POST", path, { ...least, padding: "x".repeat(1_100_000) })).status).toBe(413);
    expect(await admin.get(path)).toEqual([]);
  });

  it("refuses a name that could hide or leave its line", async () => {
    for (const name of ["", "   ", "a\nb", "a\u0000b", "a\u2028b", null, 7]) {
      expect((await admin.ask("POST", path, { ...least, name })).status).toBe(422);
    }
  });

  it("keeps both of two changes that are made at once, and records both", async () => {
    const { id } = await admin.create(path, least);
    const answers = await Promise.all(
      [change, { name: "Renamed" }].map((json) => admin.ask("PATCH", `${path}/${id}`, json)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await admin.get(`${path}/${id}`)).toMatchObject({ ...change, name: "Renamed" });
    const entries = await admin.get(`/api/admin/audit-logs?entity_id=${id}&action=update`);
    expect(entries.map((entry: { changes: object }) => Object.keys(entry.changes).sort()).sort()).toEqual(
      [Object.keys(change).sort(), ["name"]].sort(),
    );
  });

  it("records who created, changed, deleted and restored it", async () => {
    const { id } = await admin.create(path, least);
    await admin.ask("PATCH", `${path}/${id}`, { name: "Renamed" });
    await admin.ask("DELETE", `${path}/${id}`);
    await admin.ask("POST", `${path}/${id}/restore`);
    const entries = await admin.get(`/api/admin/audit-logs?entity_id=${id}`);
    const entity_type = title.toLowerCase().replace(" ", "_");
    const actor = { actor_id: admin.id, actor_email: "admin@example.org", client_address: null };
    const made = { id: UUID, entity_type, entity_id: id, ...actor };
    const name = { before: least["name"], after: "Renamed" };
    expect(entries).toEqual([
      { ...made, action: "restore", changes: { deleted_at: { before: TIME, after: null } }, created_at: TIME },
      {
        ...made,
        action: "delete",
        changes: expect.objectContaining({ deleted_at: { before: null, after: TIME } }),
        created_at: TIME,
      },
      { ...made, action: "update", changes: { name }, created_at: TIME },
      {
        ...made,
        action: "create",
        changes: expect.objectContaining({ name: { before: null, after: least["name"] } }),
        created_at: TIME,
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain("secret-1");
  });
});

describe("a list", () => {
  const names = (list: { name: string }[]) => list.map(({ name }) => name);

  it("is an array with its total, or a page with links to its neighbours", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) await admin.create("/api/groups", { name });
    const all = await admin.ask("GET", "/api/groups");
    expect(names(all.body)).toEqual(["a", "b", "c", "d", "e"]);
    expect([all.headers.get("X-Total-Count"), all.headers.get("Link")]).toEqual(["5", null]);
    const page = await admin.ask("GET", "/api/groups?skip=2&limit=2");
    expect(page.body).toEqual({ items: all.body.slice(2, 4), total: 5, skip: 2, limit: 2 });
    expect(page.headers.get("Link")).toBe(
      '</api/groups?skip=0&limit=2>; rel="prev", </api/groups?skip=4&limit=2>; rel="next"',
    );
    expect((await admin.ask("GET", "/api/groups?skip=4&limit=2")).headers.get("Link")).toBe(
      '</api/groups?skip=2&limit=2>; rel="prev"',
    );
    expect(await admin.get("/api/groups?skip=9")).toEqual({ items: [], total: 5, skip: 9, limit: 25 });
  });

  it("counts deleted ones only where they are asked for", async () => {
    const { id } = await admin.create("/api/groups", { name: "a" });
    await admin.ask("DELETE", `/api/groups/${id}`);
    expect(await admin.get("/api/groups?limit=5")).toEqual({ items: [], total: 0, skip: 0, limit: 5 });
    expect(await admin.get("/api/groups?limit=5&include_deleted=1")).toMatchObject({ total: 1, items: [{ id }] });
  });

  it.each(["skip=-1", "limit=0", "limit=501", "skip=x", "limit=1.5", "include_deleted=maybe", "cursor=nonsense"])(
    "refuses %s",
    async (query) => {
      expect((await admin.ask("GET", `/api/groups?${query}`)).status).toBe(422);
    },
  );

  it("goes on from a cursor, but not beside a page", async () => {
    const [{ id, created_at }] = [await admin.create("/api/groups", { name: "a" })];
    await admin.create("/api/groups", { name: "b" });
    const cursor = `${Date.parse(created_at)}.${id}`;
    expect(names(await admin.get(`/api/groups?cursor=${cursor}`))).toEqual(["b"]);
    expect((await admin.ask("GET", `/api/groups?cursor=${cursor}&skip=1`)).status).toBe(422);
  });

  it("has a next part when there are more than 500", async () => {
    const made = Array.from({ length: 501 }, (_, number) => ({
      ...{ id: crypto.randomUUID(), name: `group ${number}`, created_at: number, updated_at: number },
    }));
    const rows = "SELECT value->>'id', value->>'name', value->>'created_at', value->>'updated_at' FROM json_each(?)";
    await env.DB.prepare(`INSERT INTO groups (id, name, created_at, updated_at) ${rows}`)
      .bind(JSON.stringify(made))
      .run();
    const first = await admin.ask("GET", "/api/groups");
    expect([first.body.length, first.headers.get("X-Total-Count")]).toEqual([500, "501"]);
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("Link") ?? "")?.[1] ?? "";
    const rest = await admin.ask("GET", next);
    expect(rest.headers.get("Link")).toBeNull();
    expect(new Set([...names(first.body), ...names(rest.body)]).size).toBe(501);
  });
});

describe("a name that is taken", () => {
  it.each(["/api/groups", "/api/projects"])("is refused by %s, also when restoring or renaming", async (path) => {
    const { id } = await admin.create(path, { name: "Imaging" });
    const title = path === "/api/groups" ? "Group" : "Project";
    const taken = { status: 409, body: errorBody("CONFLICT", `${title} with this name already exists`) };
    expect(await admin.ask("POST", path, { name: "Imaging" })).toMatchObject(taken);
    const other = await admin.create(path, { name: "Other" });
    expect(await admin.ask("PATCH", `${path}/${other.id}`, { name: "Imaging" })).toMatchObject(taken);
    await admin.ask("DELETE", `${path}/${id}`);
    await admin.create(path, { name: "Imaging" });
    expect(await admin.ask("POST", `${path}/${id}/restore`)).toMatchObject(taken);
  });
});
