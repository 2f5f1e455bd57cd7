import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openLocalDeployment } from "../../src/cli/backup/deployment.ts";
import { readVars } from "../../src/cli/dev-vars.ts";
import { findFreePort } from "../../src/cli/ports.ts";
import document from "../../src/build/openapi.json" with { type: "json" };
import {
  type CatchmentProcess,
  createStateFolder,
  descendantsOf,
  runCatchment,
  startCatchment,
} from "../support/catchment-process.ts";
import { startCloudflareRecorder } from "../support/cloudflare-recorder.ts";
import { startWebdavServer, type WebdavServer } from "../support/webdav-server/server.ts";
import { changeDavWorld } from "../support/webdav-server/world.ts";

const LOGIN = { username: "lab", password: "the instrument's password" };
const STRANGE_KEYS = ["../../outside", "a'b\"c;\n\\n", `${"ő".repeat(500)}`, "CON", "%2e%2e/..", "dir/", "dir/file"];
/** Their answers are about this moment or this process, or never end. */
const OF_NOW = new Set([
  "/health",
  "/metrics",
  "/ws",
  "/user/export",
  "/admin/configuration",
  "/admin/cleanup-metrics",
  "/api/v1/health",
  "/api/health/platform",
  "/api/status",
]);
/** What others say of the moment of the answer. */
const MOMENTS =
  /"(timestamp|generated_at|last_run_at|seconds_until_next|seconds_until_next_run|hours_since_sync|request_id)":\s*("[^"]*"|[\d.]+)/g;

const [before, after, work] = [createStateFolder(), createStateFolder(), createStateFolder()];
const backup = join(work.folder, "backup");
let port: number;
let instrument: WebdavServer;
let tokens: Record<string, string>;
let files: string[];
let noted: Map<string, Read>;

interface Read {
  status: number;
  type: string | null;
  etag: string | null;
  body: string;
}

const environment = () => ({
  ALLOW_PRIVATE_HOSTS: new URL(instrument.url).host,
  LOGIN_RATE_LIMIT: "0",
  ANONYMOUS_ACCESS: "",
});

beforeAll(async () => {
  instrument = await startWebdavServer();
  changeDavWorld(instrument.world, {
    ...LOGIN,
    files: { "plate.csv": { text: "well,value\nA1,2\n", modified_at: 1_700_000_000_000 } },
  });
  port = await findFreePort();
  const server = await startCatchment(before.folder, { port, env: environment() });
  await fill(server);
  await server.stop();
  await addStrangeObjects(before.folder);
  const again = await startCatchment(before.folder, { port, env: environment() });
  noted = await readEverything(again);
  await again.stop();
}, 600_000);

afterAll(async () => {
  await instrument.close();
  for (const folder of [before, after, work]) folder.remove();
});

async function ask(server: CatchmentProcess, method: string, path: string, token = "", body?: unknown) {
  const response = await fetch(server.origin + path, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && !(body instanceof FormData) && { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return Object(await response.json());
}

/** Waits until every job has completed. */
async function finishAll(server: CatchmentProcess): Promise<void> {
  await vi.waitFor(
    async () => {
      const { jobs } = await ask(server, "GET", "/jobs?limit=100", tokens.admin);
      expect(jobs.length).toBeGreaterThan(0);
      expect(jobs.filter(({ status }: { status: string }) => status !== "completed")).toEqual([]);
    },
    { timeout: 90_000, interval: 300 },
  );
}

function form(fields: Record<string, string | File>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

/** Something in each of several domains: a loaded table, features, candles, a person's files, an instrument's file and its login. */
async function fill(server: CatchmentProcess): Promise<void> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = readVars(join(before.folder, ".dev.vars"));
  const admin = String((await ask(server, "POST", "/user/login", "", { email, password })).access_token);
  const account = { email: "person@example.org", password: "correct horse battery" };
  const person = String((await ask(server, "POST", "/user/register", "", account)).access_token);
  tokens = { admin, person };

  const sales = new File(
    ['order_id,day,amount,note\n1,2024-01-01,9.50,"two\nlines \\n"\n2,2024-01-02,12,ő\n'],
    "sales.csv",
  );
  await ask(server, "POST", "/api/sources/sales_data/upload-csv?trigger_sync=true", admin, form({ file: sales }));
  await finishAll(server);
  const candles = new File(["ts,open,high,low,close,volume\n1704067200000,1,2,0.5,1.5,10\n"], "candles.csv");
  const fields = { exchange: "binance", symbol: "MYCOIN", market: "spot" };
  await ask(server, "POST", "/api/v1/ingest/file", admin, form({ file: candles, ...fields }));
  await finishAll(server);
  const features = new File(["ts,rsi_14\n1704067200000,41.5\n"], "features.csv");
  const set = { exchange: "BINANCE", market: "SPOT", symbol: "MYCOIN", feature_set: "rsi", version: "1.0.0" };
  await ask(server, "POST", "/features/upload", admin, form({ file: features, ...set }));

  await ask(
    server,
    "POST",
    "/data/files",
    person,
    form({ file: new File(["date,value\n2025-01-01,42\n"], "mine.csv") }),
  );
  const statement = new File(["Date,Amount,Text\n2025-01-02,-42.00,Groceries\n"], "statement.csv");
  await ask(server, "POST", "/data/reports", person, form({ file: statement, report: "statement" }));

  const config = { type: "webdav", url: instrument.url, ...LOGIN };
  const made = await ask(server, "POST", "/api/instruments", admin, { name: "Reader", transfer_config: config });
  const storage = await ask(server, "POST", "/api/storage-locations", admin, {
    name: "Archive",
    type: "posix",
    base_path: "/archive",
  });
  await ask(server, "POST", "/api/schedules", admin, {
    instrument_id: made.id,
    default_storage_location_id: storage.id,
    cron_expression: "0 2 * * *",
  });
  await harvest(server, String(made.id));
  files = [
    "/api/v1/datasets/1/preview",
    "/read?exchange=BINANCE&symbol=MYCOIN&start=2024-01-01&end=2024-01-01&features=rsi@1.0.0",
    "/read?exchange=BINANCE&symbol=MYCOIN&start=2024-01-01&end=2024-01-01&format=parquet",
    "/api/tables/raw_sales_data/sales_data/preview",
    "/data/files/mine.csv/stream",
    "/data/files/mine.csv/preview",
    `/api/instruments/${made.id}`,
    "/api/sources/sales_data/details",
    "/api/sources/sales_data/csv-files",
  ];
}

async function harvest(server: CatchmentProcess, instrumentId: string): Promise<void> {
  await ask(server, "POST", `/api/instruments/${instrumentId}/harvest`, tokens.admin, {});
  await finishAll(server);
}

/** Objects whose names no folder of this machine would take, and a large one. */
async function addStrangeObjects(state: string): Promise<void> {
  const deployment = await openLocalDeployment(state);
  for (const key of STRANGE_KEYS) {
    await deployment.lake.put(key, `bytes of ${key}`, {
      httpMetadata: { contentType: "text/plain", cacheExpiry: new Date(1_700_000_000_000) },
      customMetadata: { of: "ő" },
    });
  }
  await deployment.lake.put("large", new Uint8Array(20 * 1024 * 1024).fill(7));
  await deployment.close();
}

/** What every reading route that needs no parameter answers to the admin and to the person, and the files of each domain. */
async function readEverything(server: CatchmentProcess): Promise<Map<string, Read>> {
  const lists = Object.entries(document.paths)
    .filter(([path, methods]) => "get" in methods && !path.includes("{") && !OF_NOW.has(path))
    .map(([path]) => path);
  const reads = new Map<string, Read>();
  for (const [who, token] of Object.entries(tokens)) {
    for (const path of [...lists, ...files]) {
      const response = await fetch(server.origin + path, {
        headers: { Authorization: `Bearer ${token}` },
        redirect: "manual",
        signal: AbortSignal.timeout(20_000),
      });
      reads.set(`${who} ${path}`, {
        status: response.status,
        type: response.headers.get("Content-Type"),
        etag: response.headers.get("ETag"),
        body: Buffer.from(await response.arrayBuffer())
          .toString("latin1")
          .replaceAll(MOMENTS, ""),
      });
    }
  }
  return reads;
}

/** Every file of a folder of data with its size and time: what a refusal must leave as it was. */
function listState(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
}

const backUp = (folder = backup, state = before.folder) => runCatchment(["backup", folder, "--state", state]);
const restore = (folder: string, state: string, ...more: string[]) =>
  runCatchment(["restore", folder, "--state", state, ...more]);

describe("npm run backup", () => {
  it.each(["backup", "restore", "destroy"])("explains itself: %s", async (command) => {
    const { code, output } = await runCatchment([command, "--help"]);

    expect(output).toContain(`npm run ${command} `);
    expect(code).toBe(0);
  });

  it("says what is wrong with its arguments", async () => {
    expect((await runCatchment(["backup"])).output).toMatch(/^Name one folder\.\n/);
    expect((await runCatchment(["backup", backup, "--romote"])).output).toMatch(/^Unknown option '--romote'/);
    const both = await runCatchment(["backup", backup, "--remote", "--state", "x"]);
    expect(both).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^--remote means the deployment and --state/),
    });
    expect(await backUp(backup, join(work.folder, "nothing"))).toEqual({
      code: 1,
      output: `There are no data in ${join(work.folder, "nothing")}.\n`,
    });
    expect(existsSync(backup)).toBe(false);
  });

  it("says so when the account has no deployment", async () => {
    const cloudflare = await startCloudflareRecorder();
    const account = {
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      CLOUDFLARE_API_TOKEN: "recorder-token",
      CLOUDFLARE_ACCOUNT_ID: cloudflare.accountId,
    };

    const result = await runCatchment(["backup", backup, "--remote"], account);
    await cloudflare.close();

    expect(result).toEqual({ code: 1, output: "The account has no database catchment.\n" });
    expect(existsSync(backup)).toBe(false);
  });

  it("is refused while a server uses the data", async () => {
    const server = await startCatchment(before.folder, { port, env: environment() });
    const { code, output } = await backUp();
    const restored = await restore(backup, before.folder);
    await server.stop();

    expect(output).toMatch(/^Another server uses the data in /);
    expect(code).toBe(1);
    expect(restored.code).toBe(1);
    expect(existsSync(backup)).toBe(false);
  });

  it("goes on after a kill without fetching again what it has", async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "../../src/cli/run.js"), "backup", backup, "--state", before.folder],
      { stdio: "ignore" },
    );
    await vi.waitFor(
      () => expect(readFileSync(join(backup, "journal.jsonl"), "utf8").split("\n").length).toBeGreaterThan(3),
      {
        timeout: 60_000,
        interval: 2,
      },
    );
    const ended = once(child, "exit");
    for (const pid of [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)]) process.kill(pid, "SIGKILL");
    await ended;
    const had = readFileSync(join(backup, "journal.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}")).length;
    appendFileSync(join(backup, "journal.jsonl"), '{"key":"torn');
    expect((await restore(backup, after.folder)).output).toBe(
      `The backup in ${backup} is not complete: run the same npm run backup again, which goes on.\n`,
    );

    const { code, output } = await backUp();

    expect(Number(/(\d+) of them were here/.exec(output)?.[1])).toBeGreaterThanOrEqual(had);
    expect(code).toBe(0);
    expect(existsSync(join(backup, "journal.jsonl"))).toBe(false);
  });

  it("fetches nothing again where nothing has changed, and drops what has left the lake", async () => {
    const { objects } = JSON.parse(readFileSync(join(backup, "backup.json"), "utf8"));
    const { output } = await backUp();
    expect(output).toContain(`${objects.count} objects (${objects.count} of them were here)`);

    const copy = join(work.folder, "copy");
    cpSync(before.folder, copy, { recursive: true });
    const deployment = await openLocalDeployment(copy);
    await deployment.lake.delete("large");
    await deployment.close();
    const smaller = join(work.folder, "smaller");
    cpSync(backup, smaller, { recursive: true });
    expect((await backUp(smaller, copy)).output).toContain(`${objects.count - 1} objects (${objects.count - 1} of`);
    const count = listState(join(smaller, "objects")).length;
    expect(count).toBe(objects.count - 1);
  });

  it("refuses a folder that holds something else", async () => {
    const other = join(work.folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "letter.txt"), "Dear");
    expect((await backUp(other)).output).toBe(`${other} holds something else than a backup: name an empty folder.\n`);

    const foreign = join(work.folder, "foreign");
    cpSync(backup, foreign, { recursive: true });
    writeFileSync(
      join(foreign, "backup.json"),
      readFileSync(join(foreign, "backup.json"), "utf8").replace('"deployment": "', '"deployment": "x'),
    );
    expect((await backUp(foreign)).output).toBe(
      `${foreign} holds a backup of another deployment: name another folder.\n`,
    );
  });

  it("has no secret in it that is not sealed", () => {
    const sql = readFileSync(join(backup, "databases/catchment.sql"), "utf8");
    expect(sql).toContain("plate.csv");
    for (const secret of [
      LOGIN.password,
      "correct horse battery",
      readVars(join(before.folder, ".dev.vars")).VAULT_KEYS ?? "",
    ]) {
      expect(sql).not.toContain(secret);
    }
  });
});

describe("npm run restore refuses, and writes nothing", () => {
  const firstObject = (folder: string) => {
    const file = listState(join(folder, "objects"))[0] ?? "";
    return `objects/${file}`;
  };
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  it.each([
    {
      what: "a flipped bit of an object",
      damage: (folder: string) => flip(join(folder, firstObject(folder))),
      says: /^The backup is damaged: objects\/.* has another checksum than it had\. Nothing was written\.$/m,
    },
    {
      what: "a missing object",
      damage: (folder: string) => unlinkSync(join(folder, firstObject(folder))),
      says: /^The backup is damaged: objects\/.* is missing\. Nothing was written\.$/m,
    },
    {
      what: "a database that was cut off",
      damage: (folder: string) => truncateSync(join(folder, "databases/catchment.sql"), 5000),
      says: /^The backup is damaged: databases\/catchment\.sql has 5000 bytes instead of \d+\. Nothing was written\.$/m,
    },
    {
      what: "a line lost from the manifest",
      damage: (folder: string) =>
        writeFileSync(
          join(folder, "manifest.jsonl"),
          readFileSync(join(folder, "manifest.jsonl"), "utf8").split("\n").slice(1).join("\n"),
        ),
      says: /^The backup is damaged: manifest\.jsonl has \d+ bytes instead of \d+\. Nothing was written\.$/m,
    },
    {
      what: "a description that nobody understands",
      damage: (folder: string) => writeFileSync(join(folder, "backup.json"), '{"format":2}'),
      says: /backup\.json is damaged, or of a version of Catchment that this one does not know\.$/m,
    },
    {
      what: "a newer version's migrations",
      damage: (folder: string) =>
        writeFileSync(
          join(folder, "backup.json"),
          readFileSync(join(folder, "backup.json"), "utf8").replace(
            '"0000_init.sql"',
            '"0000_init.sql", "9999_later.sql"',
          ),
        ),
      says: /^The backup is of a newer version: this one does not know the migration 9999_later\.sql\. Update first\.$/m,
    },
    {
      what: "a folder without a backup",
      damage: (folder: string) => rmSync(folder, { recursive: true }),
      says: /^There is no backup in /m,
    },
  ])("$what", async ({ damage, says }) => {
    const damaged = join(work.folder, "damaged");
    rmSync(damaged, { recursive: true, force: true });
    cpSync(backup, damaged, { recursive: true });
    damage(damaged);
    const { code, output } = await restore(damaged, after.folder);

    expect(output).toMatch(says);
    expect(code).toBe(1);
    expect(listState(after.folder)).toEqual([]);
  });

  it.each([
    {
      what: "a row",
      add: (target: Awaited<ReturnType<typeof openLocalDeployment>>) =>
        target.databases[1]?.db.batch([
          target.databases[1].db.prepare("CREATE TABLE mine (a)"),
          target.databases[1].db.prepare("INSERT INTO mine VALUES (1)"),
        ]),
      found: "catchment-warehouse.mine (1 row)",
    },
    {
      what: "an object",
      add: (target: Awaited<ReturnType<typeof openLocalDeployment>>) => target.lake.put("mine", "bytes"),
      found: "catchment-lake (1 object)",
    },
  ])("a target with $what", async ({ add, found }) => {
    const target = createStateFolder();
    const deployment = await openLocalDeployment(target.folder);
    await add(deployment);
    await deployment.close();
    const { code, output } = await restore(backup, target.folder);
    const left = await openLocalDeployment(target.folder);
    const tables = await left.databases[0]?.db.prepare("SELECT name FROM sqlite_schema WHERE name = 'users'").all();
    const { objects } = await left.lake.list();
    await left.close();
    target.remove();

    expect(output).toContain(
      `${target.folder} is not empty: it has ${found}. Restore elsewhere, or empty it by npm run destroy.\n`,
    );
    expect(code).toBe(1);
    expect(tables?.results).toEqual([]);
    expect(objects.length).toBe(found.includes("object") ? 1 : 0);
  });
});

describe("npm run restore", () => {
  it("keeps off an account whose Worker would write meanwhile", async () => {
    const cloudflare = await startCloudflareRecorder();
    const worker = `${cloudflare.url}/accounts/${cloudflare.accountId}/workers/scripts/catchment`;
    await fetch(worker, { method: "PUT", body: 'name="metadata"\r\n\r\n{"bindings":[]}\r\n--' });
    const account = {
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      CLOUDFLARE_API_TOKEN: "recorder-token",
      CLOUDFLARE_ACCOUNT_ID: cloudflare.accountId,
    };
    const { code, output } = await runCatchment(["restore", backup, "--remote"], account);
    await cloudflare.close();

    expect(output).toContain(
      "The account has the Worker catchment, which would write meanwhile: delete it by npm run destroy -- --remote.\n",
    );
    expect(code).toBe(1);
    expect(cloudflare.resources()).toEqual(["worker"]);
  });

  it("says after a kill how to go on, keeps servers away until then, and goes on", async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "../../src/cli/run.js"), "restore", backup, "--state", after.folder],
      { stdio: "ignore" },
    );
    await vi.waitFor(() => expect(existsSync(join(after.folder, "restoring"))).toBe(true), {
      timeout: 60_000,
      interval: 1,
    });
    const ended = once(child, "exit");
    for (const pid of [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)]) process.kill(pid, "SIGKILL");
    await ended;

    expect((await restore(backup, after.folder)).output).toContain(
      `A restore into ${after.folder} was broken off: go on by adding --resume, or empty it by npm run destroy.\n`,
    );
    const started = await runCatchment(["start", "--state", after.folder], { PORT: String(await findFreePort()) });
    expect(started.output).toBe(
      `A restore into ${after.folder} was broken off: finish it with npm run restore -- DIR --resume.\n`,
    );
    // As if the kill had come later: one object is whole, another is not what it should be.
    const deployment = await openLocalDeployment(after.folder);
    await deployment.lake.put("CON", "bytes of CON", { httpMetadata: { contentType: "kept/as-it-was" } });
    await deployment.lake.put("dir/", "something else");
    await deployment.close();

    const { code, output } = await restore(backup, after.folder, "--resume");
    expect(output).toContain(`Restored ${after.folder} from ${backup}: `);
    expect(code).toBe(0);
    expect(existsSync(join(after.folder, "restoring"))).toBe(false);
  });

  it("brings back the same rows and the same objects with all that is said of them", async () => {
    const again = join(work.folder, "again");
    expect((await backUp(again, after.folder)).code).toBe(0);

    const of = (folder: string) => JSON.parse(readFileSync(join(folder, "backup.json"), "utf8"));
    expect(of(again).databases).toEqual(of(backup).databases);
    const entries = (folder: string) =>
      readFileSync(join(folder, "manifest.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        // The etag of an object that came in parts is not that of one that came whole.
        .map((line) => ({ ...JSON.parse(line), etag: "" }))
        // This one was found to be whole, and was left alone.
        .map((entry) => (entry.key === "CON" ? { ...entry, http_metadata: {}, custom_metadata: {} } : entry))
        .toSorted((a, b) => (a.key < b.key ? -1 : 1));
    expect(entries(again)).toEqual(entries(backup));
    expect(entries(again).map(({ key }) => key)).toEqual(expect.arrayContaining(STRANGE_KEYS));
  });

  it("gives every read the same bytes, and opens what was sealed", async () => {
    copyFileSync(join(before.folder, ".dev.vars"), join(after.folder, ".dev.vars"));
    const server = await startCatchment(after.folder, { port, env: environment() });
    try {
      const now = await readEverything(server);
      const changed = [...noted.keys()].filter(
        (read) => JSON.stringify(noted.get(read)) !== JSON.stringify(now.get(read)),
      );
      expect(changed.map((read) => ({ read, before: noted.get(read), after: now.get(read) }))).toEqual([]);
      expect([...now.values()].filter(({ status }) => status === 200).length).toBeGreaterThan(80);
      for (const file of files)
        expect([now.get(`admin ${file}`)?.status, now.get(`person ${file}`)?.status]).toContain(200);

      // The instrument lets nobody in without its password, which only the vault has.
      changeDavWorld(instrument.world, {
        files: { "later.csv": { text: "well,value\nB1,3\n", modified_at: 1_700_000_100_000 } },
      });
      const [{ id }] = await ask(server, "GET", "/api/instruments", tokens.admin);
      await harvest(server, id);
      expect(await ask(server, "GET", "/api/files", tokens.admin)).toEqual(
        expect.arrayContaining([expect.objectContaining({ filename: "later.csv" })]),
      );
    } finally {
      await server.stop();
    }
  });
});
