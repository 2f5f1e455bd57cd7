import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { recordChange } from "../../../src/platform/audit/audit.ts";
import { purgeAudit, sealAudit } from "../../../src/platform/audit/seal.ts";
import { auditLog } from "../../../src/platform/audit/tables.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import { erasePlatform } from "../../../src/platform/erase.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { testContext, type TestContext } from "../../support/context.ts";
import { ADMIN, PASSWORD, register, send, signIn, signInAdmin } from "../auth/client.ts";

const DAY_MS = 86_400_000;
const from = (address: string) => ({ headers: { "CF-Connecting-IP": address } });
const change = { entity_type: "thing", action: "create", before: null, after: null } as const;

async function addRows(ctx: TestContext, count: number, first = 1): Promise<void> {
  for (let n = first; n < first + count; n++) {
    await recordChange(ctx, { ...change, entity_id: `thing ${n}`, after: { secret: "****", n } });
  }
}

/** A chain of so many rows, in the order of their names. */
async function openChain(rows: number): Promise<TestContext> {
  const ctx = testContext();
  for (let n = 1; n <= rows; n++) {
    await addRows(ctx, 1, n);
    await sealAudit(ctx);
  }
  return ctx;
}

const verify = (ctx: TestContext, after = 0, limit = 1000) => verifyAudit(ctx, { after, limit });
const run = (statement: string) => env.DB.prepare(statement).run();

describe("the chain", () => {
  it("is intact when nobody has touched it, also page by page", async () => {
    const ctx = await openChain(5);
    const head = { number: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) };
    const whole = { intact: true, problems: [], erased: [], unsealed: 0, purged_up_to: 0, head };
    const last = (number: number) => ({ number, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await verify(ctx)).toEqual({ ...whole, checked: 5, last: last(5), next_after: null });
    expect(await verify(ctx, 0, 3)).toEqual({ ...whole, checked: 3, last: last(3), next_after: 3 });
    expect(await verify(ctx, 3, 3)).toEqual({ ...whole, checked: 2, last: last(5), next_after: null });
    expect(await verify(ctx, 5)).toEqual({ ...whole, checked: 0, last: null, next_after: null });
  });

  it("ends each page with the row that was its end before", async () => {
    const ctx = await openChain(3);
    const { head } = await verify(ctx);
    await addRows(ctx, 1, 4);
    await sealAudit(ctx);
    expect((await verify(ctx, head.number - 1, 1)).last).toEqual(head);
  });

  it.each([
    ["changed", "UPDATE audit_log SET entity_id = 'other' WHERE number = 3", [3]],
    ["changed in its time", "UPDATE audit_log SET created_at = created_at + 1 WHERE number = 3", [3]],
    ["changed in its hash", `UPDATE audit_log SET hash = '${"0".repeat(64)}' WHERE number = 3`, [3, 4]],
    ["changed and marked as erased", "UPDATE audit_log SET entity_id = 'other', erased_at = 1 WHERE number = 3", [3]],
    ["removed", "DELETE FROM audit_log WHERE number = 3", [3]],
    ["removed at the beginning", "DELETE FROM audit_log WHERE number = 1", [1]],
    ["removed at the end", "DELETE FROM audit_log WHERE number = 5", [5]],
    [
      "inserted beyond the end",
      `INSERT INTO audit_log (id, entity_type, entity_id, action, changes, created_at, number, previous_hash, content_hash, hash)
        SELECT 'new', entity_type, entity_id, action, changes, created_at, 6, hash, content_hash, 'x' FROM audit_log WHERE number = 5`,
      [6],
    ],
    [
      "inserted in the place of another",
      "UPDATE audit_log SET id = 'new', entity_id = 'forged', content_hash = 'x' WHERE number = 3",
      [3],
    ],
    [
      "moved",
      "UPDATE audit_log SET number = CASE number WHEN -2 THEN 3 ELSE 2 END WHERE number IN (-2, -3)",
      [2, 3, 4],
    ],
  ])("names a row that was %s", async (name, statement, numbers) => {
    const ctx = await openChain(5);
    if (name === "moved") await run("UPDATE audit_log SET number = -number WHERE number IN (2, 3)");
    await run(statement);
    const found = await verify(ctx);
    expect(found).toMatchObject({ intact: false });
    expect(found.problems.map(({ number }) => number)).toEqual(numbers);
  });

  it.each([2, 5, 1000])("says when it ends with another link than it should, on pages of %i", async (limit) => {
    const ctx = await openChain(4);
    await run("UPDATE audit_chain SET head_hash = 'forged'");
    const problems: unknown[] = [];
    for (let after: number | null = 0; after !== null;) {
      const page = await verify(ctx, after, limit);
      problems.push(...page.problems);
      after = page.next_after;
    }
    expect(problems).toMatchObject([{ number: 4, problem: "is not the link that the chain ends with" }]);
  });

  it("is intact while nothing is in it", async () => {
    const head = { number: 0, hash: "" };
    expect(await verify(testContext())).toMatchObject({ intact: true, problems: [], checked: 0, head });
  });

  it("names a row whose hashes were all made anew, by the next", async () => {
    const ctx = await openChain(3);
    const forged = await openForgery(ctx, 2);
    await run(forged);
    expect((await verify(ctx)).problems).toEqual([
      { number: 3, id: expect.any(String), problem: "does not follow from row 2: one of both was changed" },
    ]);
  });

  it("does not fork when many seal side by side", async () => {
    const ctx = testContext();
    const work = Array.from({ length: 8 }, async (_, index) => {
      await addRows(ctx, 5, index * 5);
      await sealAudit(ctx);
    });
    await Promise.all(work);
    await sealAudit(ctx);
    expect(await verify(ctx)).toMatchObject({ intact: true, checked: 40, unsealed: 0, head: { number: 40 } });
  });

  it("begins with the rows that were there before it, oldest first, however many, and a tick seals them", async () => {
    const ctx = testContext();
    await run(`INSERT INTO audit_log (id, entity_type, entity_id, action, changes, created_at)
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 250)
      SELECT 'old ' || n, 'thing', 'thing', 'create', '{}', n FROM numbers`);
    expect(await verify(ctx)).toMatchObject({ intact: true, checked: 0, unsealed: 250 });
    await tick(ctx, new Map());
    // They are past their retention, too.
    expect(await verify(ctx)).toMatchObject({ intact: true, unsealed: 0, purged_up_to: 250, head: { number: 250 } });
  });
});

/** A statement that changes a row and makes its own hashes fit. */
async function openForgery(ctx: TestContext, number: number): Promise<string> {
  const { hashContent, hashLink } = await import("../../../src/platform/audit/links.ts");
  const rows = await ctx.db.select().from(auditLog);
  const row = rows.find((one) => one.number === number);
  if (!row) throw new Error(`No row ${number}`);
  const content_hash = await hashContent({ ...row, entity_id: "forged" });
  const hash = await hashLink(number, row.previous_hash ?? "", content_hash);
  return `UPDATE audit_log SET entity_id = 'forged', content_hash = '${content_hash}', hash = '${hash}' WHERE number = ${number}`;
}

describe("rows past their retention", () => {
  it("go up to the first that is not, to the millisecond, and the rest still verifies", async () => {
    const ctx = testContext();
    const now = ctx.now();
    const ends = now - 400 * DAY_MS;
    // The last was written by a clock that is behind.
    for (const [index, created_at] of [ends - 1, ends - 1, ends, ends - 1].entries()) {
      await addRows({ ...ctx, now: () => created_at }, 1, index);
      await sealAudit(ctx);
    }
    const at = { ...ctx, now: () => now };
    expect(await purgeAudit(at)).toEqual({ rows: 2, bytes: 0 });
    expect(await purgeAudit(at)).toEqual({ rows: 0, bytes: 0 });
    expect(await verify(ctx)).toMatchObject({ intact: true, checked: 2, purged_up_to: 2, head: { number: 4 } });
    expect(await purgeAudit({ ...ctx, now: () => now + 1 })).toEqual({ rows: 2, bytes: 0 });
    await addRows(ctx, 1);
    await sealAudit(ctx);
    expect(await verify(ctx)).toMatchObject({ intact: true, checked: 1, purged_up_to: 4, head: { number: 5 } });
    await run("UPDATE audit_log SET entity_id = 'other'");
    expect((await verify(ctx)).problems.map(({ number }) => number)).toEqual([5]);
  });

  it("stay while a row before them is kept, and unsealed ones stay", async () => {
    const ctx = await openChain(1);
    await addRows(ctx, 1);
    await run("UPDATE audit_log SET created_at = 1 WHERE number IS NULL");
    expect(await purgeAudit(ctx)).toEqual({ rows: 0, bytes: 0 });
    await sealAudit(ctx);
    expect(await purgeAudit(ctx)).toEqual({ rows: 0, bytes: 0 });
  });
});

describe("what is recorded", () => {
  const entries = async (token: string, query = "") => {
    const answer = await send("GET", `/api/admin/audit-logs${query}`, { token });
    const rows = await answer.json<Record<string, unknown>[]>();
    return rows.map(({ id: _id, created_at: _at, ...entry }) => entry);
  };

  it.each([
    ["/user/login", { json: { email: "p@example.org", password: PASSWORD } }],
    ["/auth/jwt/login", { form: { username: "p@example.org", password: PASSWORD } }],
    ["/auth/cookie/login", { form: { username: "p@example.org", password: PASSWORD } }],
  ])("a login by %s, with who and from where", async (path, call) => {
    const { id } = await register("p@example.org");
    expect((await send("POST", path, { ...call, ...from("203.0.113.7") })).status).toBeLessThan(300);
    const admin = await signInAdmin();
    expect(await entries(admin, "?action=login&entity_id=" + id)).toEqual([
      {
        ...{ entity_type: "user", entity_id: id, action: "login", actor_id: id, actor_email: "p@example.org" },
        ...{ client_address: "203.0.113.7", changes: {} },
      },
    ]);
  });

  it("a failed login, of somebody or of nobody, never what was typed for a password or is nobody's address", async () => {
    const { id } = await register("p@example.org");
    const attempt = (email: string) => send("POST", "/user/login", { json: { email, password: "hunter2 hunter2" } });
    await attempt("p@example.org");
    await attempt("nobody@example.org");
    await attempt("p@ss.word");
    await send("POST", "/auth/jwt/login", { form: { username: "my secret password", password: "x" } });
    const rows = await entries(await signInAdmin(), "?action=login_failed");
    expect(rows.map(({ entity_id }) => entity_id).toSorted()).toEqual([id, "unknown", "unknown", "unknown"].toSorted());
    expect(rows[0]).toMatchObject({ actor_id: null, changes: { reason: { after: "wrong address or password" } } });
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|secret|nobody|ss\.word/);
  });

  it("logout, user, role, grant, token, source, schedule, secret and their deletion, and the chain holds", async () => {
    const admin = await signInAdmin();
    const ask = async (method: string, path: string, json?: unknown) => {
      const answer = await send(method, path, { token: admin, ...(json === undefined ? {} : { json }) });
      expect(`${method} ${path} ${answer.status}`).toMatch(/ 20\d$/);
      return answer.status === 204 ? { id: "" } : answer.json<{ id: string }>();
    };
    const user = await ask("POST", "/admin/users", { email: "q@example.org", password: PASSWORD, role: "user" });
    await ask("PATCH", `/admin/users/${user.id}`, { role: "admin", grants: { warehouse: "write" } });
    const token = await ask("POST", "/admin/tokens", { name: "t", scope: ["metrics"], days: 1 });
    await ask("DELETE", `/admin/tokens/${token.id}`);
    await ask("PUT", "/api/secrets/STRIPE_API_KEY", { value: "sk_live_secret" });
    await ask("DELETE", "/api/secrets/STRIPE_API_KEY");
    await ask("POST", "/api/sources", { name: "sales", type: "csv", config: { directory: "data/sales" } });
    await ask("PUT", "/api/sources/sales/schedule", {
      ...{ cron: "0 2 * * *", time_zone: "UTC", enabled: true, full_refresh: false },
    });
    await ask("DELETE", "/api/sources/sales");
    await ask("DELETE", `/admin/users/${user.id}`);
    const member = await signIn(ADMIN);
    await send("POST", "/auth/jwt/logout", { token: member });
    const again = await signInAdmin();
    const { results } = await env.DB.prepare("SELECT action || ' ' || entity_type AS what FROM audit_log").all<{
      what: string;
    }>();
    expect(results.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        ...["create user", "update user", "delete user", "create api_token", "delete api_token"],
        ...[
          "update secret",
          "delete secret",
          "create source",
          "delete source",
          "update source_schedule",
          "logout user",
        ],
      ]),
    );
    const { results: stored } = await env.DB.prepare("SELECT * FROM audit_log").all();
    expect(JSON.stringify(stored)).not.toContain("sk_live_secret");
    await sealAudit(testContext());
    const verified = await send("GET", "/admin/audit/verify", { token: again });
    expect(await verified.json()).toMatchObject({ intact: true, unsealed: 0, checked: stored.length });
    const person = await register("r@example.org");
    expect((await send("GET", "/admin/audit/verify", { token: person.token })).status).toBe(403);
    expect((await send("GET", "/admin/audit/verify?limit=0", { token: again })).status).toBe(422);
  });

  it("a change of rights with both sides", async () => {
    const { id } = await register("p@example.org");
    const admin = await signInAdmin();
    await send("PATCH", `/admin/users/${id}`, { token: admin, json: { role: "admin" } });
    expect(await entries(admin, `?entity_id=${id}&action=update`)).toMatchObject([
      { actor_email: "admin@example.org", changes: { role: { before: "user", after: "admin" } } },
    ]);
  });

  it("a change that was asked for without a body", async () => {
    const admin = await signInAdmin();
    const made = await send("POST", "/schedules", { token: admin, json: { name: "n", cron_expression: "0 2 * * *" } });
    const { schedule_id } = await made.json<{ schedule_id: string }>();
    const put = (call: object) => send("PUT", `/schedules/${schedule_id}`, { token: admin, ...call });
    expect((await put({})).status).toBe(200);
    expect((await put({ form: { enabled: "false" } })).status).toBe(422);
    const rows = await entries(admin, `?entity_id=${schedule_id}&action=update`);
    expect(rows.map(({ changes }) => changes)).toEqual([{}]);
  });

  it("nothing that was refused", async () => {
    const admin = await signInAdmin();
    expect((await send("DELETE", "/api/sources/none", { token: admin })).status).toBe(404);
    expect(await entries(admin, "?action=delete")).toEqual([]);
  });
});

describe("an audit that cannot be written", () => {
  /** A database that refuses rows of the audit. */
  const refuse = () => run("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END");

  it("lets nobody in, and says of what was done that it was not recorded", async () => {
    const admin = await signInAdmin();
    await send("POST", "/api/sources", {
      token: admin,
      json: { name: "sales", type: "csv", config: { directory: "d" } },
    });
    await refuse();
    expect((await send("POST", "/user/login", { json: ADMIN })).status).toBe(500);
    const deleted = await send("DELETE", "/api/sources/sales", { token: admin });
    expect([deleted.status, await deleted.json()]).toMatchObject([500, { error: "AUDIT_NOT_WRITTEN" }]);
    const left = await send("GET", "/api/sources", { token: admin });
    expect(JSON.stringify(await left.json())).not.toContain("sales");
  });

  it("takes back what is recorded with its change", async () => {
    const admin = await signInAdmin();
    await refuse();
    const made = await send("POST", "/admin/tokens", {
      token: admin,
      json: { name: "t", scope: ["metrics"], days: 1 },
    });
    expect(made.status).toBe(500);
    const listed = await send("GET", "/admin/tokens", { token: admin });
    expect(await listed.json()).toMatchObject({ tokens: [] });
  });
});

it("somebody who leaves goes out of the rows, whose places still verify", async () => {
  const { id } = await register("p@example.org");
  await signIn({ email: "p@example.org", password: PASSWORD });
  const ctx = testContext();
  await sealAudit(ctx);
  await erasePlatform(ctx, { id, email: "p@example.org" });
  const rows = await ctx.db.select().from(auditLog);
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`p@example.org|${id}`));
  expect(await verify(ctx)).toMatchObject({ intact: true, erased: [1] });
  await sealAudit(ctx);
  expect(await verify(ctx)).toMatchObject({ intact: true, erased: [1], unsealed: 0 });
  // Whoever leaves without a trace leaves no entry either.
  await erasePlatform(ctx, { id: crypto.randomUUID(), email: null });
  expect(await verify(ctx)).toMatchObject({ intact: true, unsealed: 0 });
});

it("every route that deletes records it, itself or by its verb", () => {
  const { paths = {} } = createApp().getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
  // Verbs of instruments record both sides of a change; what Metabase deletes is its own.
  const elsewhere =
    /^\/(api\/(instruments|storage-locations|service-accounts|schedules|hooks|files|groups|projects|admin)\/|metabase)/;
  const silent = Object.entries(paths).filter(([path, item]) => {
    const route: unknown = item?.delete;
    return route !== undefined && !("x-audit" in Object(route)) && !elsewhere.test(path);
  });
  expect(silent.map(([path]) => path)).toEqual(["/admin/tokens/{id}", "/admin/users/{id}"]);
});
