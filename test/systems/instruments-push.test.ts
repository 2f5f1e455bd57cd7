import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";

const run = promisify(execFile);
const ADMIN = { ADMIN_EMAIL: "admin@example.org", ADMIN_PASSWORD: "correct horse battery staple" };
const FILES = 24;
const BYTES = 3_000_000;

const state = createStateFolder();
const source = mkdtempSync(join(tmpdir(), "catchment-instrument-"));
let server: CatchmentProcess;
let instrument_id: string;
let access_token: string;
let remote: string[];

async function ask<Body>(method: string, path: string, json?: unknown): Promise<Body> {
  const headers = {
    "Content-Type": "application/json",
    ...(access_token ? { Authorization: `Bearer ${access_token}` } : {}),
  };
  const body = json === undefined ? null : JSON.stringify(json);
  const response = await fetch(`${server.origin}${path}`, { method, headers, body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
}

beforeAll(async () => {
  for (let number = 0; number < FILES; number++) {
    const path = join(source, `run ${number % 3}`, `ünï #${number}.tif`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomBytes(number === 0 ? 0 : BYTES));
    utimesSync(path, 1_735_732_800, 1_735_732_800);
  }
  server = await startCatchment(state.folder, { env: ADMIN });
  ({ access_token } = await ask<{ access_token: string }>("POST", "/user/login", {
    ...{ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD },
  }));
  const instrument = { name: "Microscope", transfer_config: { type: "push" } };
  ({ id: instrument_id } = await ask<{ id: string }>("POST", "/api/instruments", instrument));
  const { token } = await ask<{ token: string }>("POST", `/api/instruments/${instrument_id}/tokens`, { name: "PC" });
  const { stdout } = await run("rclone", ["obscure", token]);
  const options = ["--webdav-vendor", "other", "--webdav-user", "pc", "--webdav-pass", stdout.trim()];
  remote = ["--config", "/dev/null", "--webdav-url", `${server.origin}/dav/${instrument_id}`, ...options];
}, 200_000);

afterAll(async () => {
  await server?.stop();
  state.remove();
  rmSync(source, { recursive: true });
});

interface File {
  source_path: string;
  size_bytes: number | null;
  sha256: string | null;
}

const files = () => ask<File[]>("GET", `/api/files?instrument_id=${instrument_id}`);
const transfers = () => ask<{ status: string }[]>("GET", `/api/transfers?instrument_id=${instrument_id}`);

it("a folder that rclone copies is complete after an interruption and another try, each file once", async () => {
  const interrupted = spawn("rclone", ["copy", source, ":webdav:", "--transfers", "2", "--bwlimit", "8M", ...remote]);
  await vi.waitFor(async () => expect((await files()).length).toBeGreaterThan(2), { timeout: 60_000, interval: 100 });
  const ended = once(interrupted, "exit");
  interrupted.kill("SIGKILL");
  await ended;
  const before = await files();
  expect(before.length).toBeLessThan(FILES);
  expect(before.every(({ sha256 }) => sha256 !== null)).toBe(true);

  for (let time = 0; time < 2; time++) await run("rclone", ["copy", source, ":webdav:", ...remote]);
  const { stderr } = await run("rclone", ["check", source, ":webdav:", "--download", ...remote]);
  expect(stderr).toMatch(/0 differences found/);
  expect(stderr).toMatch(new RegExp(`${FILES} matching files`));
  const found = await files();
  expect(found.length).toBe(FILES);
  const empty = createHash("sha256").digest("hex");
  expect(found.filter(({ sha256 }) => sha256 === empty).length).toBe(1);
  expect((await transfers()).map(({ status }) => status)).toEqual(Array.from({ length: FILES }, () => "completed"));
}, 300_000);
