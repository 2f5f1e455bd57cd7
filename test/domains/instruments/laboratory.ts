import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { drizzle } from "drizzle-orm/d1";
import { fileTransfers, instrumentFiles } from "../../../src/domains/instruments/tables.ts";
import { markLive } from "../../../src/platform/storage/objects.store.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { testContext } from "../../support/context.ts";
import { type Call, errorBody, register, sendUnder, signInAdmin } from "../../platform/auth/client.ts";

export { errorBody } from "../../platform/auth/client.ts";

export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
export const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** An id that nothing has. */
export const NOTHING = "00000000-0000-4000-8000-000000000000";

/** Harvests that are started are not to run: what they do is tested elsewhere. */
const quiet = { INGESTION: { send: async () => {}, sendBatch: async () => {} } };

export interface Answer {
  status: number;
  // A test says what it expects of a body; a wrong guess fails there.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  headers: Headers;
}

/** Somebody at the front door. */
export interface Caller {
  id: string;
  ask(method: string, path: string, json?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The body of a success; fails the test on anything else. */
  get(path: string): Promise<Answer["body"]>;
  create(path: string, json: unknown): Promise<Answer["body"]>;
}

function callerOf(token: string | undefined, id: string, settings: Record<string, unknown>): Caller {
  const ask: Caller["ask"] = async (method, path, json, headers = {}) => {
    const call: Call = { ...(token === undefined ? {} : { token }), ...(json === undefined ? {} : { json }), headers };
    const response = await sendUnder({ ...quiet, ...settings }, method, path, call);
    const text = await response.text();
    const isJson = text !== "" && response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  };
  const succeed = async (method: string, path: string, json?: unknown) => {
    const { status, body } = await ask(method, path, json);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return { id, ask, get: (path) => succeed("GET", path), create: (path, json) => succeed("POST", path, json) };
}

export const anAdmin = async (settings: Record<string, unknown> = {}) => {
  const caller = callerOf(await signInAdmin(), "", settings);
  const { id } = await caller.get("/users/me");
  return { ...caller, id: String(id) };
};

let people = 0;

export async function aPerson(settings: Record<string, unknown> = {}): Promise<Caller & { email: string }> {
  const email = `person-${people++}@example.org`;
  const { token, id } = await register(email);
  return { ...callerOf(token, id, settings), email };
}

export const nobody = callerOf(undefined, "", {});

export const SHARE = { name: "Microscope", cifs_host: "scope.lab.example.org", cifs_share: "data" };
export const LAKE = { name: "Lake", type: "posix", base_path: "/archive" };

const db = () => drizzle(env.DB);

/** A file as a harvest leaves it: its bytes in the lake, its row, and the transfer that brought it. */
export async function aFile(
  instrument_id: string,
  { path = "run-1/image.tif", text = "hello", owner_id = null as string | null, sha256 = true } = {},
) {
  const ctx = testContext();
  const now = ctx.now();
  const bytes = new TextEncoder().encode(text);
  const [id, transfer_id] = [crypto.randomUUID(), crypto.randomUUID()];
  const filename = path.split("/").at(-1) ?? path;
  const object = await putObject(ctx, { path: `archive/${id}`, bytes, content_type: "text/plain", origin: "test" });
  await markLive(ctx.db, object.key, now);
  const digest = sha256 ? object.sha256 : null;
  await db()
    .insert(instrumentFiles)
    .values({
      id,
      persistent_id: `ark:/99999/fk4${id.replaceAll("-", "").slice(0, 26)}`,
      persistent_id_type: "ark",
      ...{ instrument_id, source_path: path, filename, owner_id, transfer_id },
      size_bytes: bytes.byteLength,
      source_mtime: 1_735_732_800_000,
      xxhash: "26c7827d889f6da3",
      sha256: digest,
      first_discovered_at: now,
      metadata_: {},
    });
  await db()
    .insert(fileTransfers)
    .values({
      id: transfer_id,
      file_id: id,
      instrument_id,
      destination_path: `/archive/Microscope/${path}`,
      transfer_adapter: "rclone",
      status: "completed",
      bytes_transferred: bytes.byteLength,
      source_checksum: "26c7827d889f6da3",
      dest_checksum: "26c7827d889f6da3",
      checksum_verified: true,
      started_at: now,
      completed_at: now,
      object_key: object.key,
      source_size: bytes.byteLength,
      source_mtime: 1_735_732_800_000,
      hook_problems: [],
      created_at: now,
    });
  const persistent_id = `ark:/99999/fk4${id.replaceAll("-", "").slice(0, 26)}`;
  return { id, transfer_id, persistent_id, sha256: object.sha256, key: object.key };
}

/** A refusal of one field. */
export const refusal = (field: string, message: string) =>
  errorBody("VALIDATION_ERROR", `${field}: ${message}`, [{ field, message }]);
