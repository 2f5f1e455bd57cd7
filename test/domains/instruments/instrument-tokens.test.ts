import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { findTokenInstrument } from "../../../src/domains/instruments/instrument-tokens.ts";
import { testContext } from "../../support/context.ts";
import { aPerson, anAdmin, type Caller, errorBody, NOTHING, SHARE, TIME, UUID } from "./laboratory.ts";

let admin: Caller;
let instrument_id: string;
let path: string;

beforeEach(async () => {
  admin = await anAdmin();
  ({ id: instrument_id } = await admin.create("/api/instruments", SHARE));
  path = `/api/instruments/${instrument_id}/tokens`;
});

const instrumentOf = async (token: string) => (await findTokenInstrument(testContext(), token))?.id ?? null;

describe("a token of an instrument", () => {
  it("is shown once, stored as its hash, listed without it, and leads to its instrument", async () => {
    const { token, ...shown } = await admin.create(path, { name: "PC" });
    expect(token).toMatch(/^cit_[\w-]{43}$/);
    const times = { created_at: TIME, last_used_at: null, revoked_at: null };
    expect(shown).toEqual({ id: UUID, instrument_id, name: "PC", ...times });
    expect(await admin.get(path)).toEqual([shown]);
    const { results } = await env.DB.prepare("SELECT * FROM instrument_tokens").all();
    expect(JSON.stringify(results)).not.toContain(token);
    expect(JSON.stringify(await admin.get("/api/admin/audit-logs"))).not.toContain(token);
    expect(await instrumentOf(token)).toBe(instrument_id);
    expect(await admin.get(path)).toEqual([{ ...shown, last_used_at: TIME }]);
  });

  it("counts no more once it is revoked, and still leads to an instrument that is switched off or deleted", async () => {
    const [first, second] = [await admin.create(path, { name: "1" }), await admin.create(path, { name: "2" })];
    expect((await admin.ask("DELETE", `${path}/${first.id}`)).status).toBe(204);
    expect([await instrumentOf(first.token), await instrumentOf(second.token)]).toEqual([null, instrument_id]);
    expect(await admin.ask("DELETE", `${path}/${first.id}`)).toMatchObject({
      status: 404,
      body: errorBody("NOT_FOUND", "Token not found"),
    });
    await admin.ask("PATCH", `/api/instruments/${instrument_id}`, { enabled: false });
    expect(await instrumentOf(second.token)).toBe(instrument_id);
    await admin.ask("DELETE", `/api/instruments/${instrument_id}`);
    expect(await instrumentOf(second.token)).toBe(instrument_id);
  });

  it("is neither guessed nor another's", async () => {
    for (const token of ["", "cit_", "cit_' OR 1=1", "x".repeat(10_000)]) expect(await instrumentOf(token)).toBeNull();
    const { id } = await admin.create(path, { name: "PC" });
    const { id: other } = await admin.create("/api/instruments", { ...SHARE, name: "Other" });
    expect((await admin.ask("DELETE", `/api/instruments/${other}/tokens/${id}`)).status).toBe(404);
    expect((await admin.ask("POST", `/api/instruments/${NOTHING}/tokens`, { name: "PC" })).status).toBe(404);
    expect((await admin.ask("POST", path, {})).status).toBe(422);
    expect((await (await aPerson()).ask("GET", path)).status).toBe(403);
  });
});
