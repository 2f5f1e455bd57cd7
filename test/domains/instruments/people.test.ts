import { beforeEach, describe, expect, it } from "vitest";
import { signIn } from "../../platform/auth/client.ts";
import { aPerson, anAdmin, type Caller, errorBody, nobody, NOTHING, refusal, TIME, UUID } from "./laboratory.ts";

let admin: Caller;
let person: Caller & { email: string };

beforeEach(async () => {
  admin = await anAdmin();
  person = await aPerson();
});

const named = (name: string) => ({
  ...{ id: UUID, name, description: null },
  ...{ created_at: TIME, updated_at: TIME, deleted_at: null },
});

describe("a member of a group", () => {
  it("is added once, listed, and removed", async () => {
    const { id } = await admin.create("/api/groups", { name: "Imaging" });
    const path = `/api/groups/${id}/members`;
    const member = { group_id: id, user_id: person.id, email: person.email };
    expect(await admin.ask("POST", path, { user_id: person.id })).toMatchObject({ status: 201, body: member });
    expect(await admin.ask("POST", path, { user_id: person.id })).toMatchObject({
      status: 409,
      body: errorBody("CONFLICT", "Already a member"),
    });
    expect(await admin.get(path)).toEqual([member]);
    expect((await admin.ask("DELETE", `${path}/${person.id}`)).status).toBe(204);
    expect((await admin.ask("DELETE", `${path}/${person.id}`)).body.message).toBe("Member not found");
    expect(await admin.get(path)).toEqual([]);
    const entries = await admin.get(`/api/admin/audit-logs?entity_id=${id}&action=update`);
    expect(entries.map(({ changes }: { changes: object }) => changes)).toEqual([
      { member: { before: `user ${person.id}`, after: null } },
      { member: { before: null, after: `user ${person.id}` } },
    ]);
  });

  it("must be a user, of a group that is there", async () => {
    const { id } = await admin.create("/api/groups", { name: "Imaging" });
    const answer = await admin.ask("POST", `/api/groups/${id}/members`, { user_id: NOTHING });
    expect(answer).toMatchObject({ status: 422, body: refusal("user_id", "User not found") });
    expect((await admin.ask("POST", `/api/groups/${id}/members`, {})).status).toBe(422);
    await admin.ask("DELETE", `/api/groups/${id}`);
    for (const method of ["GET", "POST"]) {
      const json = method === "POST" ? { user_id: person.id } : undefined;
      expect(await admin.ask(method, `/api/groups/${id}/members`, json)).toMatchObject({
        status: 404,
        body: errorBody("NOT_FOUND", "Group not found"),
      });
    }
  });

  it("cannot make itself one", async () => {
    const { id } = await admin.create("/api/groups", { name: "Imaging" });
    const answer = await person.ask("POST", `/api/groups/${id}/members`, { user_id: person.id });
    expect(answer.status).toBe(403);
  });
});

describe("a member of a project", () => {
  it("is a user or a group, added once, and removed by either id", async () => {
    const { id } = await admin.create("/api/projects", { name: "Atlas" });
    const { id: group } = await admin.create("/api/groups", { name: "Imaging" });
    const path = `/api/projects/${id}/members`;
    const [user, team] = [
      await admin.create(path, { member_type: "user", member_id: person.id }),
      await admin.create(path, { member_type: "group", member_id: group }),
    ];
    expect(user).toEqual({ id: UUID, project_id: id, member_type: "user", member_id: person.id, email: person.email });
    expect(team).toEqual({ id: UUID, project_id: id, member_type: "group", member_id: group, email: null });
    expect(await admin.get(path)).toEqual([user, team]);
    expect((await admin.ask("POST", path, { member_type: "group", member_id: group })).status).toBe(409);
    expect((await admin.ask("DELETE", `${path}/${user.id}`)).status).toBe(204);
    expect((await admin.ask("DELETE", `${path}/${group}`)).status).toBe(204);
    expect((await admin.ask("DELETE", `${path}/${group}`)).status).toBe(404);
    expect(await admin.get(path)).toEqual([]);
  });

  it.each([
    ["user", NOTHING, "User not found"],
    ["group", NOTHING, "Group not found"],
  ])("that is a %s must be there", async (member_type, member_id, message) => {
    const { id } = await admin.create("/api/projects", { name: "Atlas" });
    expect(await admin.ask("POST", `/api/projects/${id}/members`, { member_type, member_id })).toMatchObject({
      status: 422,
      body: refusal("member_id", message),
    });
    expect((await admin.ask("POST", `/api/projects/${id}/members`, { member_type: "project", member_id })).status).toBe(
      422,
    );
  });
});

describe("the own account", () => {
  it("comes with groups and projects, direct or through a group, that are not deleted", async () => {
    const { id: group } = await admin.create("/api/groups", { name: "Imaging" });
    const { id: gone } = await admin.create("/api/groups", { name: "Gone" });
    for (const id of [group, gone]) await admin.create(`/api/groups/${id}/members`, { user_id: person.id });
    const direct = await admin.create("/api/projects", { name: "Direct" });
    await admin.create(`/api/projects/${direct.id}/members`, { member_type: "user", member_id: person.id });
    const through = await admin.create("/api/projects", { name: "Through" });
    await admin.create(`/api/projects/${through.id}/members`, { member_type: "group", member_id: group });
    await admin.ask("DELETE", `/api/groups/${gone}`);
    const memberships = { groups: [named("Imaging")], projects: [named("Direct"), named("Through")] };
    expect(await person.get("/api/me")).toEqual({
      ...{ id: person.id, email: person.email, role: "user", is_active: true, is_superuser: false },
      ...{ is_verified: false, deleted_at: null, ...memberships },
    });
    expect(await admin.get(`/api/admin/users/${person.id}/groups`)).toEqual(memberships.groups);
    expect(await admin.get(`/api/admin/users/${person.id}/projects`)).toEqual(memberships.projects);
    expect((await nobody.ask("GET", "/api/me")).status).toBe(401);
  });

  it("is told whether it is an admin's", async () => {
    expect(await admin.get("/api/auth/check-admin")).toEqual({ email: "admin@example.org" });
    expect((await person.ask("GET", "/api/auth/check-admin")).status).toBe(403);
    expect((await nobody.ask("GET", "/api/auth/check-admin")).status).toBe(401);
  });
});

describe("a user whom an admin deletes", () => {
  it("can neither go on nor sign in until restored, and is listed where deleted ones are asked for", async () => {
    const path = `/api/admin/users/${person.id}`;
    expect((await admin.ask("DELETE", path)).status).toBe(204);
    expect((await person.ask("GET", "/api/me")).status).toBeGreaterThanOrEqual(401);
    expect(await signIn({ email: person.email, password: "correct horse battery" })).toBeUndefined();
    const emails = async (query: string) =>
      (await admin.get(`/api/admin/users${query}`)).map(({ email }: { email: string }) => email);
    expect(await emails("")).not.toContain(person.email);
    expect(await emails("?include_deleted=true")).toContain(person.email);
    expect((await admin.ask("DELETE", path)).status).toBe(404);
    const restored = await admin.ask("POST", `${path}/restore`);
    expect(restored).toMatchObject({ status: 200, body: { id: person.id, is_active: true, deleted_at: null } });
    expect(await signIn({ email: person.email, password: "correct horse battery" })).toEqual(expect.any(String));
    expect((await admin.ask("POST", `${path}/restore`)).body.message).toBe("Deleted user not found");
    const entries = await admin.get(`/api/admin/audit-logs?entity_type=user&entity_id=${person.id}`);
    const actions = entries.map(({ action }: { action: string }) => action);
    // The rights that go and come back with the account, and logins, have entries of their own.
    const own = actions.filter((action: string) => ["restore", "delete"].includes(action));
    expect(own).toEqual(["restore", "delete"]);
  });

  it("is not the admin who asks, nor somebody unknown", async () => {
    expect(await admin.ask("DELETE", `/api/admin/users/${admin.id}`)).toMatchObject({
      status: 400,
      body: errorBody("BAD_REQUEST", "You cannot delete your own account"),
    });
    for (const [method, path] of [
      ["DELETE", ""],
      ["GET", "/groups"],
      ["GET", "/projects"],
      ["POST", "/restore"],
    ] as const) {
      expect((await admin.ask(method, `/api/admin/users/${NOTHING}${path}`)).status).toBe(404);
      expect((await person.ask(method, `/api/admin/users/${admin.id}${path}`)).status).toBe(403);
    }
  });
});

describe("the audit log", () => {
  it("is narrowed by kind, action, person and time, newest first, a page of 50", async () => {
    const { id } = await admin.create("/api/groups", { name: "a" });
    await admin.create("/api/projects", { name: "b" });
    await admin.ask("DELETE", `/api/groups/${id}`);
    const kinds = async (query: string) =>
      (await admin.get(`/api/admin/audit-logs?${query}`)).map(
        ({ entity_type, action }: { entity_type: string; action: string }) => `${action} ${entity_type}`,
      );
    expect((await kinds("")).sort()).toEqual(["create group", "create project", "delete group", "login user"]);
    expect(await kinds("entity_type=project")).toEqual(["create project"]);
    expect(await kinds("action=delete")).toEqual(["delete group"]);
    expect(await kinds(`actor_id=${person.id}`)).toEqual([]);
    expect(await kinds("since=2999-01-01T00:00:00Z")).toEqual([]);
    expect(await kinds("until=2000-01-01T00:00:00Z")).toEqual([]);
    expect(await admin.get("/api/admin/audit-logs?skip=0")).toMatchObject({ total: 4, skip: 0, limit: 50 });
    expect((await admin.ask("GET", "/api/admin/audit-logs?since=yesterday")).status).toBe(422);
    expect((await admin.ask("GET", "/api/admin/audit-logs?action=read")).status).toBe(422);
    expect((await person.ask("GET", "/api/admin/audit-logs")).status).toBe(403);
  });
});
