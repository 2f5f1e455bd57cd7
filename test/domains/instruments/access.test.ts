import { beforeEach, describe, expect, it } from "vitest";
import { aFile, anAdmin, aPerson, type Caller, errorBody, nobody, NOTHING, SHARE, TIME, UUID } from "./laboratory.ts";

interface World {
  admin: Caller;
  person: Caller;
  instrument_id: string;
  file: Awaited<ReturnType<typeof aFile>>;
}

let world: World;

beforeEach(async () => {
  const admin = await anAdmin();
  const person = await aPerson();
  const { id: instrument_id } = await admin.create("/api/instruments", SHARE);
  world = { admin, person, instrument_id, file: await aFile(instrument_id) };
});

const grant = (grantee_type: string, grantee_id: string) =>
  world.admin.create(`/api/files/${world.file.id}/access`, { grantee_type, grantee_id });

const aGroup = async (...members: string[]) => {
  const { id } = await world.admin.create("/api/groups", { name: `group ${crypto.randomUUID()}` });
  for (const user_id of members) await world.admin.create(`/api/groups/${id}/members`, { user_id });
  return String(id);
};

const aProject = async (...members: [member_type: string, member_id: string][]) => {
  const { id } = await world.admin.create("/api/projects", { name: `project ${crypto.randomUUID()}` });
  for (const [member_type, member_id] of members) {
    await world.admin.create(`/api/projects/${id}/members`, { member_type, member_id });
  }
  return String(id);
};

/** Every route that shows a file, as one caller sees it: whether it answers, and whether it names the file. */
async function view({ ask }: Caller) {
  const { file, instrument_id } = world;
  const holds = async (path: string, id: string) => {
    const { status, body } = await ask("GET", path);
    return status === 200 && JSON.stringify(body).includes(id);
  };
  const answers = async (path: string, status: number) => (await ask("GET", path)).status === status;
  return {
    list: await holds("/api/files", file.id),
    list_of_instrument: await holds(`/api/files?instrument_id=${instrument_id}`, file.id),
    search: await holds("/api/files?search=RUN-1", file.id),
    page: await holds("/api/files?skip=0&limit=10", file.id),
    file: await holds(`/api/files/${file.id}`, file.id),
    download: await answers(`/api/files/${file.id}/download`, 200),
    head: (await ask("HEAD", `/api/files/${file.id}/download`)).status === 200,
    transfers: await holds("/api/transfers", file.transfer_id),
    transfers_of_file: await holds(`/api/transfers?file_id=${file.id}`, file.transfer_id),
    transfer: await holds(`/api/transfers/${file.transfer_id}`, file.transfer_id),
    resolver: await answers(`/${file.persistent_id}`, 302),
    description: await holds(`/${file.persistent_id}?info`, file.id),
  };
}

const everywhere = (seen: boolean) => ({
  ...{ list: seen, list_of_instrument: seen, search: seen, page: seen, file: seen, download: seen, head: seen },
  ...{ transfers: seen, transfers_of_file: seen, transfer: seen, resolver: seen, description: seen },
});

const expectShown = async (caller: Caller) => expect(await view(caller)).toEqual(everywhere(true));
const expectHidden = async (caller: Caller) => expect(await view(caller)).toEqual(everywhere(false));

const reasons = async () => {
  const { allowed, reasons: found } = await world.admin.get(
    `/api/files/${world.file.id}/access/explain?user=${world.person.id}`,
  );
  return [allowed, found];
};

describe("a file is shown by every route, or by none", () => {
  it("to an admin", async () => {
    await expectShown(world.admin);
    const own = await world.admin.get(`/api/files/${world.file.id}/access/explain?user=${world.admin.id}`);
    const { id: file_id } = world.file;
    expect(own).toEqual({ file_id, user_id: world.admin.id, blocked: false, allowed: true, reasons: ["admin"] });
  });

  it("not to a stranger, nor to nobody", async () => {
    await expectHidden(world.person);
    await expectHidden(nobody);
    expect(await reasons()).toEqual([false, []]);
  });

  it("to its owner", async () => {
    world.file = await aFile(world.instrument_id, { path: "run-1/own.tif", owner_id: world.person.id });
    await expectShown(world.person);
    expect(await reasons()).toEqual([true, ["owner"]]);
    await expectHidden(await aPerson());
  });

  it("to whom its instrument was granted, until that is taken back", async () => {
    const path = `/api/instruments/${world.instrument_id}/access/${world.person.id}`;
    expect(await world.admin.ask("PUT", path)).toMatchObject({ status: 200 });
    await expectShown(world.person);
    expect(await reasons()).toEqual([true, ["instrument_access"]]);
    await world.admin.ask("DELETE", path);
    await expectHidden(world.person);
  });

  it("not by a grant of another instrument, nor of another file", async () => {
    const { id } = await world.admin.create("/api/instruments", { ...SHARE, name: "Other" });
    await world.admin.ask("PUT", `/api/instruments/${id}/access/${world.person.id}`);
    const other = await aFile(id, { path: "other.tif" });
    expect((await world.person.get("/api/files")).map((file: { id: string }) => file.id)).toEqual([other.id]);
    await expectHidden(world.person);
  });

  it("to whom it was granted itself, until that is taken back", async () => {
    const { id } = await grant("user", world.person.id);
    await expectShown(world.person);
    expect(await reasons()).toEqual([true, ["user_grant"]]);
    await world.admin.ask("DELETE", `/api/files/${world.file.id}/access/${id}`);
    await expectHidden(world.person);
  });

  it("to the members of a group, while there are both", async () => {
    const group = await aGroup(world.person.id);
    await grant("group", group);
    await expectShown(world.person);
    expect(await reasons()).toEqual([true, ["group_grant"]]);
    await world.admin.ask("DELETE", `/api/groups/${group}`);
    await expectHidden(world.person);
    await world.admin.ask("POST", `/api/groups/${group}/restore`);
    await expectShown(world.person);
    await world.admin.ask("DELETE", `/api/groups/${group}/members/${world.person.id}`);
    await expectHidden(world.person);
  });

  it("to the members of a project, while there are both", async () => {
    const project = await aProject(["user", world.person.id]);
    await grant("project", project);
    await expectShown(world.person);
    expect(await reasons()).toEqual([true, ["project_grant"]]);
    await world.admin.ask("DELETE", `/api/projects/${project}`);
    await expectHidden(world.person);
    await world.admin.ask("POST", `/api/projects/${project}/restore`);
    await world.admin.ask("DELETE", `/api/projects/${project}/members/${world.person.id}`);
    await expectHidden(world.person);
  });

  it("to the members of a group of a project, while there are all three", async () => {
    const group = await aGroup(world.person.id);
    await grant("project", await aProject(["group", group]));
    await expectShown(world.person);
    await world.admin.ask("DELETE", `/api/groups/${group}`);
    await expectHidden(world.person);
  });

  it("not to somebody who was deleted, until restored", async () => {
    await grant("user", world.person.id);
    const user = `/api/admin/users/${world.person.id}`;
    expect((await world.admin.ask("DELETE", user)).status).toBe(204);
    await expectHidden(world.person);
    const explained = await world.admin.get(`/api/files/${world.file.id}/access/explain?user=${world.person.id}`);
    expect(explained).toMatchObject({ blocked: true, allowed: false, reasons: ["user_grant"] });
  });

  it("not by the grant of an instrument that was deleted, yet still to its owner", async () => {
    await world.admin.ask("PUT", `/api/instruments/${world.instrument_id}/access/${world.person.id}`);
    await world.admin.ask("DELETE", `/api/instruments/${world.instrument_id}`);
    await expectHidden(world.person);
    await grant("user", world.person.id);
    await expectShown(world.person);
    await expectShown(world.admin);
  });

  it("as not found where it is hidden, in the very words of one that is not there", async () => {
    for (const [path, message] of [
      ["/api/files/{}", "File not found"],
      ["/api/files/{}/download", "File not found"],
      ["/api/transfers/{}", "Transfer not found"],
    ] as const) {
      const hidden = path.includes("transfers") ? world.file.transfer_id : world.file.id;
      const expected = { status: 404, body: errorBody("NOT_FOUND", message) };
      expect(await world.person.ask("GET", path.replace("{}", hidden))).toMatchObject(expected);
      expect(await world.person.ask("GET", path.replace("{}", NOTHING))).toMatchObject(expected);
    }
    const counted = await world.person.ask("GET", "/api/files");
    expect([counted.body, counted.headers.get("X-Total-Count")]).toEqual([[], "0"]);
  });
});

describe("a grant", () => {
  it("is shown as it was made, and once however often it is made", async () => {
    const first = await grant("user", world.person.id);
    const made = { id: UUID, file_id: world.file.id, grantee_type: "user", grantee_id: world.person.id };
    expect(first).toEqual({ ...made, granted_at: TIME });
    const again = await Promise.all([grant("user", world.person.id), grant("user", world.person.id)]);
    expect(again).toEqual([first, first]);
    expect(await world.admin.get(`/api/files/${world.file.id}/access`)).toEqual([first]);
    const entries = await world.admin.get(`/api/admin/audit-logs?entity_id=${world.file.id}`);
    expect(entries).toMatchObject([{ changes: { access: { before: null, after: `user ${world.person.id}` } } }]);
  });

  it.each([
    ["user", "User not found"],
    ["group", "Group not found"],
    ["project", "Project not found"],
  ])("to a %s that is not there is refused", async (grantee_type, message) => {
    const answer = await world.admin.ask("POST", `/api/files/${world.file.id}/access`, {
      grantee_type,
      grantee_id: NOTHING,
    });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: "grantee_id", message }] } });
  });

  it("of a file that is not there, or that is not of this file, is not found", async () => {
    const json = { grantee_type: "user", grantee_id: world.person.id };
    expect((await world.admin.ask("POST", `/api/files/${NOTHING}/access`, json)).status).toBe(404);
    const { id } = await grant("user", world.person.id);
    const other = await aFile(world.instrument_id, { path: "other.tif" });
    expect(await world.admin.ask("DELETE", `/api/files/${other.id}/access/${id}`)).toMatchObject({
      status: 404,
      body: errorBody("NOT_FOUND", "Grant not found"),
    });
    await expectShown(world.person);
  });

  it("cannot be made, read or explained by those whom it is for", async () => {
    await grant("user", world.person.id);
    const path = `/api/files/${world.file.id}/access`;
    expect((await world.person.ask("GET", path)).status).toBe(403);
    expect((await world.person.ask("GET", `${path}/explain?user=${world.person.id}`)).status).toBe(403);
    const json = { grantee_type: "user", grantee_id: world.person.id };
    expect((await world.person.ask("POST", path, json)).status).toBe(403);
    const own = `/api/instruments/${world.instrument_id}/access/${world.person.id}`;
    expect((await world.person.ask("PUT", own)).status).toBe(403);
  });

  it("of an instrument is listed, made once, and not found when it is not there", async () => {
    const path = `/api/instruments/${world.instrument_id}/access`;
    const first = await world.admin.ask("PUT", `${path}/${world.person.id}`);
    expect(first.body).toEqual({
      ...{ instrument_id: world.instrument_id, user_id: world.person.id },
      ...{ email: expect.stringMatching(/@example\.org$/), granted_at: TIME },
    });
    expect((await world.admin.ask("PUT", `${path}/${world.person.id}`)).body).toEqual(first.body);
    expect(await world.admin.get(path)).toEqual([first.body]);
    expect((await world.admin.ask("PUT", `${path}/${NOTHING}`)).body.message).toBe("User not found");
    expect((await world.admin.ask("PUT", `/api/instruments/${NOTHING}/access/${world.person.id}`)).status).toBe(404);
    expect((await world.admin.ask("DELETE", `${path}/${world.person.id}`)).status).toBe(204);
    expect((await world.admin.ask("DELETE", `${path}/${world.person.id}`)).body.message).toBe("Access not found");
  });
});
