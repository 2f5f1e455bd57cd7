import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { aFile, anAdmin, type Caller, LAKE, SHARE } from "../domains/instruments/laboratory.ts";
import { ADMIN, send } from "../platform/auth/client.ts";
import routes from "./instruments/routes.json" with { type: "json" };

const unnamed = (route: string) => route.replaceAll(/\{[^}]+\}/g, "{}");

let admin: Caller;

beforeEach(async () => {
  admin = await anAdmin();
});

/** One of each of the document's resources, by its path, with a change of it. */
async function oneOfEach() {
  const instrument = await admin.create("/api/instruments", SHARE);
  const storage = await admin.create("/api/storage-locations", LAKE);
  const schedule = {
    instrument_id: instrument.id,
    default_storage_location_id: storage.id,
    cron_expression: "0 2 * * *",
  };
  const account = { name: "svc", username: "svc", password: "secret" };
  const hook = { name: "Filter", trigger: "pre_transfer", implementation: "builtin", builtin_name: "file_filter" };
  return {
    "/api/instruments": { instance: instrument, input: SHARE, change: { location: "Lab 1" } },
    "/api/storage-locations": { instance: storage, input: LAKE, change: { base_path: "/b" } },
    "/api/service-accounts": {
      instance: await admin.create("/api/service-accounts", account),
      input: account,
      change: { domain: "LAB" },
    },
    "/api/schedules": {
      instance: await admin.create("/api/schedules", schedule),
      input: schedule,
      change: { cron_expression: "0 3 * * *" },
    },
    "/api/hooks": { instance: await admin.create("/api/hooks", hook), input: hook, change: { priority: 1 } },
  };
}

describe("the instruments document", () => {
  it("names no route that is not mounted", async () => {
    const answer = await exports.default.fetch("http://localhost/openapi.json");
    const { paths } = await answer.json<{ paths: Record<string, Record<string, unknown>> }>();
    const mounted = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => unnamed(`${method.toUpperCase()} ${path}`)),
    );
    expect(routes.filter((route) => !mounted.includes(unnamed(route)))).toEqual([]);
  });

  it("lists its resources as bare arrays, creates with 201, changes with 200 and deletes with 204", async () => {
    for (const [path, { instance, input, change }] of Object.entries(await oneOfEach()).toReversed()) {
      expect(await admin.get(path)).toEqual([instance]);
      expect(await admin.get(`${path}/${instance.id}`)).toEqual(instance);
      expect((await admin.ask("POST", path, input)).status).toBe(201);
      const changed = await admin.ask("PATCH", `${path}/${instance.id}`, change);
      expect([changed.status, changed.body]).toEqual([200, expect.objectContaining(change)]);
      expect((await admin.ask("DELETE", `${path}/${instance.id}`)).status).toBe(204);
      expect((await admin.ask("GET", `${path}/${instance.id}`)).status).toBe(404);
    }
  });

  it("answers with and without a slash at the end", async () => {
    for (const path of routes.filter((route) => /^GET \/api\/[a-z-]+$/.test(route)).map((route) => route.slice(4))) {
      for (const end of ["", "/"]) expect((await admin.ask("GET", `${path}${end}`)).status).toBe(200);
    }
  });

  it("triggers a harvest with the run's id and the schedule's", async () => {
    const { "/api/schedules": schedules } = await oneOfEach();
    const { status, body } = await admin.ask("POST", `/api/schedules/${schedules.instance.id}/trigger`);
    expect([status, Object.keys(body)]).toEqual([200, ["flow_run_id", "schedule_id"]]);
    expect(body.schedule_id).toBe(schedules.instance.id);
  });

  it("shows the fields of a file and a transfer that it lists, narrowed as it says", async () => {
    const { id } = await admin.create("/api/instruments", SHARE);
    const { id: file_id } = await aFile(id);
    await aFile(id, { path: "another.tif" });
    const [file] = await admin.get(`/api/files?instrument_id=${id}`);
    const documented = ["persistent_id", "persistent_id_type", "source_path", "filename", "xxhash"];
    expect(Object.keys(file)).toEqual(expect.arrayContaining([...documented, "first_discovered_at", "metadata_"]));
    expect(file.persistent_id).toMatch(/^ark:\/99999\/fk4/);
    const transfers = await admin.get(`/api/transfers?file_id=${file_id}`);
    expect(transfers).toHaveLength(1);
    const fields = ["status", "destination_path", "bytes_transferred", "dest_checksum", "checksum_verified"];
    expect(Object.keys(transfers[0])).toEqual(expect.arrayContaining([...fields, "started_at", "completed_at"]));
    expect(transfers[0].status).toBe("completed");
  });

  it("logs in by a form and takes the token from then on", async () => {
    const form = { username: ADMIN.email, password: ADMIN.password };
    const login = await send("POST", "/auth/jwt/login", { form });
    const { access_token, token_type } = await login.json<{ access_token: string; token_type: string }>();
    expect([login.status, token_type]).toEqual([200, "bearer"]);
    expect((await send("GET", "/api/instruments", { token: access_token })).status).toBe(200);
    expect((await send("GET", "/api/instruments")).status).toBe(401);
  });
});
