import type { Command } from "commander";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createProgram } from "../../src/cli/catchment/program.ts";
import { readVars } from "../../src/cli/dev-vars.ts";
import { createClient, dataOrThrow } from "../../src/client/client.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { runCommand, startCommand } from "../support/catchment-command.ts";
import { listenLocally } from "../support/listen-locally.ts";
import { type SocketProxy, startSocketProxy } from "../support/socket-proxy.ts";
import { changeDavWorld } from "../support/webdav-server/world.ts";
import { startWebdavServer, type WebdavServer } from "../support/webdav-server/server.ts";

const JANUARY = ["--from", "2024-01-01", "--to", "2024-01-02"];
/** Moves the cursor, and writes what follows from right to left. */
const HOSTILE = "scope\u001B[2J\u202Efdp";
const HOSTILE_SHOWN = String.raw`scope\u{1b}[2J\u{202e}fdp`;

const DAV_LOGIN = { username: "demo", password: "demo" };

const state = createStateFolder();
const folder = mkdtempSync(join(tmpdir(), "catchment-command-"));
let server: CatchmentProcess;
let instrument: WebdavServer;
let email: string;
let password: string;
let token: string;

beforeAll(async () => {
  instrument = await startWebdavServer();
  changeDavWorld(instrument.world, {
    ...DAV_LOGIN,
    files: { "plate.csv": { text: "well,value\nA1,2\n", modified_at: 1_700_000_000_000 } },
  });
  const env = { ANONYMOUS_ACCESS: "", ALLOW_PRIVATE_HOSTS: new URL(instrument.url).host, LOGIN_RATE_LIMIT: "0" };
  server = await startCatchment(state.folder, { args: ["--demo"], env });
  ({ ADMIN_EMAIL: email = "", ADMIN_PASSWORD: password = "" } = readVars(join(state.folder, ".dev.vars")));
  const login = createClient({ baseUrl: server.origin }).POST("/user/login", { body: { email, password } });
  token = (await dataOrThrow(login)).access_token;
});

afterAll(async () => {
  await server.stop();
  await instrument.close();
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command as the admin. */
const run = (args: string[]) =>
  runCommand(args, { env: { CATCHMENT_URL: server.origin, CATCHMENT_TOKEN: token, XDG_CONFIG_HOME: folder } });

/** What a command that does well prints as its one JSON document. */
async function readJson(args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** A file for a command to read. */
function writeText(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const clientOf = () => createClient({ baseUrl: server.origin, token });

describe("catchment says what is wrong in one line", () => {
  it.each([
    { args: ["jbos"], code: 2, says: "Unknown command 'jbos' (Did you mean jobs?). See --help." },
    { args: ["source", "syn"], code: 2, says: "Unknown command 'syn' (Did you mean sync?). See --help." },
    {
      args: ["jobs", "--stauts", "failed"],
      code: 2,
      says: "Unknown option '--stauts' (Did you mean --status?). See --help.",
    },
    { args: ["jobs", "shwo"], code: 2, says: "Allowed choices are show, log, cancel. See --help." },
    { args: ["data", "preview"], code: 2, says: "Missing required argument 'name'. See --help." },
    {
      args: ["read", "a", "b", "--from", "2024-02-30", "--to", "x"],
      code: 2,
      says: "It must be a day such as 2024-01-31.",
    },
    { args: ["ingest", "download", "a", "b"], code: 2, says: "Give either --from, or --all for everything" },
    { args: ["jobs", "--watch", "--json"], code: 2, says: "--watch never ends and --json prints one document" },
    { args: ["login"], code: 2, says: "Nobody is there to ask" },
    { args: ["status", "--url", "ftp://host"], code: 2, says: '"ftp://host" is no address' },
    { args: ["status", "--url", "http://me:secret@host"], code: 2, says: "An address is no place for a password" },
    { args: ["status", "--url", "http://127.0.0.1:9"], code: 1, says: "http://127.0.0.1:9 does not answer" },
    { args: ["status", "--token", "two words"], code: 2, says: "That is no token." },
    { args: ["jobs", HOSTILE], code: 2, says: HOSTILE_SHOWN },
  ])("for $args", async ({ args, code, says }) => {
    const ran = await runCommand(args, { env: { XDG_CONFIG_HOME: folder } });
    expect(ran).toEqual({ code, stdout: "", stderr: expect.stringContaining(says) });
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
    expect(ran.stderr).not.toContain("secret");
  });

  it("and explains every command with an example", async () => {
    const leaves = listLeaves(createProgram());
    expect(leaves.map(([name]) => name)).toContain("catchment dbt push");
    for (const [name, command] of leaves) {
      let text = "";
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      expect(text).toMatch(new RegExp(`Examples?:\n(.*\n)*.*${name}`));
    }
    expect(await runCommand(["dbt", "push", "--help"])).toMatchObject({ code: 0, stderr: "" });
  });
});

/** Commands that do something, by the names that are typed. */
function listLeaves(command: Command, path: string[] = []): [string, Command][] {
  const names = [...path, command.name()];
  const below = command.commands.flatMap((child) => listLeaves(child, names));
  return below.length === 0 ? [[names.join(" "), command]] : below;
}

describe("catchment login", () => {
  const home = join(folder, "home");
  const file = join(home, "catchment/config.json");
  const logIn = (input: string, args: string[] = []) =>
    runCommand(["login", "--url", server.origin, "--email", email, "--password-stdin", ...args], {
      env: { XDG_CONFIG_HOME: home },
      input,
    });

  it("refuses a wrong password, and stores nothing", async () => {
    expect(await logIn("wrong\n")).toEqual({
      code: 3,
      stdout: "",
      stderr: `${server.origin} does not know this address and password: try again.\n`,
    });
    expect(() => statSync(file)).toThrow("ENOENT");
  });

  it("stores a token for its owner only, which the next command uses", async () => {
    const { code, stdout } = await logIn(`${password}\n`);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Signed in to ${server.origin} as ${email}; the token is in ${file}.\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "catchment")).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ url: server.origin, email, token: expect.any(String) });

    const status = await runCommand(["status"], { env: { XDG_CONFIG_HOME: home } });
    expect(status.stdout).toContain(`${server.origin} is ready.\nSigned in as ${email}.\n`);
  });

  it("sends the stored token to no other server", async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end("<h1>Welcome</h1>");
    });
    const { url, close } = await listenLocally(other);
    const { code, stderr } = await runCommand(["jobs", "--url", url], { env: { XDG_CONFIG_HOME: home } });
    await close();
    expect(seen).toEqual([undefined]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "What answers is not Catchment: name another address with --url or CATCHMENT_URL.\n",
    });
  });

  it("is undone by logout, after which nobody is signed in", async () => {
    const env = { XDG_CONFIG_HOME: home, CATCHMENT_URL: server.origin };
    expect(await runCommand(["logout", "--json"], { env })).toEqual({
      code: 0,
      stdout: '{\n  "everywhere": false\n}\n',
      stderr: "",
    });
    const { code, stderr } = await runCommand(["data", "ls"], { env });
    expect({ code, stderr }).toEqual({ code: 3, stderr: "Authorization header missing: run catchment login.\n" });
  });

  it("says that the stored login is damaged", async () => {
    writeText("damaged/catchment/config.json", "{");
    const { code, stderr } = await runCommand(["status"], { env: { XDG_CONFIG_HOME: join(folder, "damaged") } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/config\.json cannot be read: remove it and run catchment login\.\n$/);
  });
});

describe("catchment ingest and jobs", () => {
  it("downloads and waits, and says how it ended", async () => {
    const { code, stdout } = await run(["ingest", "download", "binance", "BTCUSDT", ...JANUARY]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^job_\d+: download completed\. Finished \(Verified\)\n$/);
  });

  it("answers with the job as JSON, and without waiting as it is then", async () => {
    const job = await readJson(["ingest", "download", "binance", "BTCUSDT", ...JANUARY]);
    expect(job).toMatchObject({ type: "download", status: "completed" });
    const started = await readJson(["ingest", "download", "okx", "ETHUSDT", ...JANUARY, "--no-wait"]);
    expect(started.status).toMatch(/^(pending|running)$/);
    const { code, stdout } = await run(["jobs", "show", started.id, "--watch"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^job_\d+: download completed/) });
  });

  it("exits with 1 for a job that fails, whose log says why", async () => {
    const { code, stdout, stderr } = await run(["ingest", "download", "binance", "NOSUCH", ...JANUARY]);
    const [, id = ""] = /^(job_\d+): download failed\n$/.exec(stdout) ?? [];
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${id}: Unknown symbol NOSUCH on the spot market of Binance\n`,
    });
    expect((await run(["jobs", "log", id])).stdout).toMatch(
      /download was asked for\n.*started, attempt 1\n +Unknown symbol NOSUCH on the spot market of Binance\n.*failed\n$/,
    );
    expect((await run(["jobs", "--status", "failed"])).stdout).toMatch(
      new RegExp(`${id}  download  failed .*\n1 of 1 job\n$`),
    );
  });

  it("exits with 2 for what the server refuses, and with 4 for what is not there", async () => {
    expect(await run(["ingest", "download", "nowhere", "X", ...JANUARY])).toEqual({
      code: 2,
      stdout: "",
      stderr: "exchange: Unknown exchange: nowhere (VALIDATION_ERROR).\n",
    });
    for (const command of ["show", "log", "cancel"]) {
      expect(await run(["jobs", command, "job_1", "--json"])).toEqual({
        code: 4,
        stdout: "",
        stderr: "Job not found: job_1 (404).\n",
      });
    }
  });

  it("leaves a job running at Ctrl+C, and says how to follow and to end it", async () => {
    const env = { CATCHMENT_URL: server.origin, CATCHMENT_TOKEN: token, XDG_CONFIG_HOME: folder };
    const args = ["ingest", "download", "okx", "BTCUSDT", "--from", "2021-01-01", "--to", "2023-12-31"];
    const { child, ended } = startCommand(args, { env });
    const job = await vi.waitFor(async () => {
      const page = await readJson(["jobs", "--status", "running"]);
      expect(page.total).toBe(1);
      return page.jobs[0];
    }, 30_000);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toBe(
      `Interrupted; ${job.id} goes on. Follow it with catchment jobs show ${job.id} --watch, or end it with catchment jobs cancel ${job.id}.\n`,
    );
    expect(await readJson(["jobs", "cancel", job.id])).toMatchObject({ id: job.id, status: "cancelled" });
  });

  it.runIf(process.platform === "linux")("shows its token in no list of processes", async () => {
    const args = ["jobs", "--watch", "--url", server.origin, "--token", token];
    const { child, ended, texts } = startCommand(args, { env: { XDG_CONFIG_HOME: folder } });
    await vi.waitFor(() => expect(texts.stdout).toContain("download"), 20_000);
    expect(readFileSync(`/proc/${child.pid}/cmdline`, "utf8")).toMatch(/^catchment\0*$/);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stderr: "Interrupted.\n" });
  });
});

describe("catchment follows a job", () => {
  const follow = async (proxy: SocketProxy) => {
    const env = { CATCHMENT_URL: proxy.url, CATCHMENT_TOKEN: token, XDG_CONFIG_HOME: folder };
    const range = ["--from", "2023-01-01", "--to", "2023-01-14"];
    return runCommand(["ingest", "download", "bybit", proxy.symbol, ...range], { env });
  };

  it("by a socket, which it opens with a ticket and no token", async () => {
    await using proxy = await startSocketProxy(server.origin, { symbol: "BTCUSDT", passesSockets: true });
    expect(await follow(proxy)).toMatchObject({ code: 0, stderr: "" });
    expect(proxy.upgrades).toEqual([expect.stringMatching(/^\/ws\/jobs\/job_\d+\?ticket=[\w-]+$/)]);
    expect(proxy.upgrades.join()).not.toContain(token);
  });

  it("by asking, where no socket can be had", async () => {
    await using proxy = await startSocketProxy(server.origin, { symbol: "ETHUSDT", passesSockets: false });
    expect(await follow(proxy)).toMatchObject({ code: 0, stderr: "" });
    expect(proxy.upgrades).toHaveLength(1);
  });
});

describe("catchment read", () => {
  beforeAll(() => run(["ingest", "download", "binance", "BTCUSDT", ...JANUARY]));

  const read = ["read", "binance", "BTCUSDT", "--from", "2024-01-01", "--to", "2024-01-01"];

  it("prints a table, CSV or JSON", async () => {
    const { stdout } = await run([...read, "--limit", "2"]);
    expect(stdout.split("\n").map((line) => line.trim().split(/ +/)[0])).toEqual([
      "ts",
      "1704067200000",
      "1704067260000",
      "",
    ]);
    const csv = await run([...read, "--limit", "1", "--format", "csv"]);
    expect(csv.stdout).toMatch(/^ts,open,high,low,close,volume\r?\n1704067200000,.*\r?\n$/);
    expect(await readJson([...read, "--limit", "1"])).toMatchObject([{ ts: 1_704_067_200_000 }]);
  });

  it("shows the first rows only, and says so", async () => {
    const { stdout, stderr } = await run(read);
    expect(stdout.trim().split("\n")).toHaveLength(51);
    expect(stderr).toBe("There are more rows: --limit or --output gives them.\n");
  });

  it("writes a Parquet file, which is there when all of it has come", async () => {
    const file = join(folder, "btc.parquet");
    const { code, stdout } = await run([...read, "--output", file]);
    const bytes = readFileSync(file);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Wrote ${bytes.byteLength.toLocaleString("en-US")} bytes to ${file}.\n`,
    });
    expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
  });

  it.each([
    { more: ["--format", "parquet"], code: 2, says: "Parquet needs a file: give --output." },
    { more: ["--output", "rows.txt"], code: 2, says: "Name the file .csv, .ndjson or .parquet, or give --format." },
    { more: ["--output", "/nowhere/rows.csv"], code: 1, says: "/nowhere/rows.csv was not written:" },
    { more: ["--json", "--format", "csv"], code: 2, says: "--json prints the rows: leave --format and --output away." },
    { more: ["--market", "moon"], code: 4, says: "(404)." },
  ])("refuses $more", async ({ more, code, says }) => {
    expect(await run([...read, ...more])).toEqual({ code, stdout: "", stderr: expect.stringContaining(says) });
  });
});

describe("catchment extract", () => {
  it("extracts a service of a region from each provider that is named", async () => {
    const { code, stdout } = await run(["extract", "--provider", "aws", "--service", "ec2", "--region", "us-east-1"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^job_\d+: extraction completed\. resources extracted: [1-9]/),
    });
    const { jobs } = await readJson(["extract", "--provider", "azure,gcp", "--service", "storage"]);
    expect(jobs).toMatchObject([{ status: "completed" }, { status: "completed" }]);
  });

  it("names the job that was started before one was refused", async () => {
    const { code, stderr } = await run([
      "extract",
      "--provider",
      "aws,azure",
      "--service",
      "ec2",
      "--region",
      "us-east-1",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^job_\d+ was started and goes on; .*\nInvalid services for azure: \['ec2'\] \(INVALID_SERVICES\)\.\n$/,
    );
  });
});

describe("catchment source and dbt", () => {
  it("adds, lists and refuses sources", async () => {
    const config = writeText("orders.json", '{"directory":"data/uploads/other"}');
    const add = [
      "source",
      "add",
      "orders",
      "--type",
      "csv",
      "--config",
      config,
      "--set",
      "directory=data/uploads/orders",
    ];
    expect(await readJson(add)).toMatchObject({
      name: "orders",
      config: { csv: { directory: "data/uploads/orders" } },
    });
    expect(await run(add)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Source 'orders' already exists \(CONFLICT/),
    });
    expect((await run(["source", "list"])).stdout).toMatch(/^name +type .*\norders +csv +yes +not_synced/);
    expect(await run(["source", "add", "x", "--type", "csv", "--config", join(folder, "nothing.json")])).toMatchObject({
      code: 2,
    });
  });

  it("uploads a file, loads it and builds models over it", async () => {
    const file = writeText("sales.csv", "order_id,day,amount\n1,2024-01-01,9.5\n2,2024-01-02,12\n");
    expect((await run(["source", "upload", "sales_data", file, "--sync"])).stdout).toMatch(
      /^Uploaded sales\.csv to sales_data\.\njob_\d+: sync completed\. rows: 2\n$/,
    );
    writeText("shop/dbt_project.yml", "name: catchment\nversion: '1.0'\nprofile: catchment\n");
    writeText("shop/models/totals.sql", "select sum(amount) as total from {{ ref('stg_sales_data__sales_data') }}");
    writeText("shop/target/compiled.sql", "left behind");
    expect(await readJson(["dbt", "push", join(folder, "shop"), "--merge"])).toMatchObject({
      files: ["dbt_project.yml", "models/totals.sql"],
    });
    const ran = await run(["dbt", "run", "--select", "totals"]);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/: dbt completed.*\nnode +status.*\ntotals +success/s),
    });
    expect(await readJson(["dbt", "test"])).toMatchObject({ command: "test", status: "success" });
  });

  it("exits with 1 for a model that fails", async () => {
    writeText("shop/models/totals.sql", "select missing from {{ ref('stg_sales_data__sales_data') }}");
    await readJson(["dbt", "push", join(folder, "shop"), "--merge"]);
    const { code, stdout, stderr } = await run(["dbt", "run", "--select", "totals"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\ntotals +error/);
    expect(stderr).toContain("missing");
  });

  it("sends a large file in parts", async () => {
    const row = `1,${"x".repeat(1000)}\n`;
    const file = writeText("large.csv", `order_id,note\n${row.repeat(9000)}`);
    const job = await readJson(["source", "upload", "orders", file, "--sync"]);
    expect(job).toMatchObject({ type: "sync", status: "completed", results: { rows: 9000 } });
  });

  it("refuses files and folders that are not there", async () => {
    expect(await run(["source", "upload", "orders", join(folder, "nothing.csv")])).toMatchObject({ code: 2 });
    expect(await run(["source", "sync", "nothing"])).toMatchObject({ code: 4 });
    expect((await run(["dbt", "push", folder])).stderr).toContain("There is no dbt_project.yml");
  });
});

describe("catchment data, instrument and token", () => {
  it("lists and previews one's own files, controls escaped", async () => {
    const body = { file: new File([`name,value\n${HOSTILE},42\n`], "report.csv") };
    const form = new FormData();
    form.append("file", body.file);
    await dataOrThrow(clientOf().POST("/data/files", { body, bodySerializer: () => form }));
    expect((await run(["data", "ls"])).stdout).toMatch(/^name +bytes +changed\nreport\.csv +\d+ +\d{4}-/);
    expect((await run(["data", "preview", "report.csv"])).stdout).toBe(
      `name${" ".repeat(HOSTILE_SHOWN.length - 4)}  value\n${HOSTILE_SHOWN}     42\n1 of 1 rows\n`,
    );
    expect(await run(["data", "preview", "nothing.csv"])).toMatchObject({
      code: 4,
      stderr: "File not found: nothing.csv (404).\n",
    });
  });

  it("lists an instrument and harvests it", async () => {
    const transfer_config = { type: "webdav", url: instrument.url, ...DAV_LOGIN };
    const made = await dataOrThrow(
      clientOf().POST("/api/instruments", { body: { name: "Microscope", transfer_config } }),
    );
    const storage = await dataOrThrow(
      clientOf().POST("/api/storage-locations", { body: { name: "Archive", type: "posix", base_path: "/archive" } }),
    );
    expect((await run(["instrument", "ls"])).stdout).toContain(`${made.id}  Microscope  yes`);
    expect(await run(["instrument", "harvest", made.id])).toMatchObject({ code: 2 });
    await dataOrThrow(
      clientOf().POST("/api/schedules", {
        body: { instrument_id: made.id, default_storage_location_id: storage.id, cron_expression: "0 2 * * *" },
      }),
    );
    const { jobs, errors } = await readJson(["instrument", "harvest", made.id]);
    expect({ jobs, errors }).toMatchObject({
      jobs: [{ status: "completed", results: { transferred: 1 } }],
      errors: [],
    });
  });

  it("makes a token that works as far as it may, until it is revoked", async () => {
    const { code, stdout, stderr } = await run([
      "token",
      "create",
      HOSTILE,
      "--scope",
      "inventory:read",
      "--days",
      "9",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const [, id = ""] = /^Token ([\w-]+) for inventory:read, until /.exec(stderr) ?? [];
    const env = { CATCHMENT_URL: server.origin, CATCHMENT_TOKEN: stdout.trim(), XDG_CONFIG_HOME: folder };
    expect(await runCommand(["jobs"], { env })).toMatchObject({ code: 0 });
    expect(await runCommand(["token", "list"], { env })).toMatchObject({ code: 3, stdout: "" });
    expect((await run(["token", "list"])).stdout).toContain(`${id}  ${HOSTILE_SHOWN}  inventory:read`);
    expect(await readJson(["token", "revoke", id])).toEqual({ id });
    expect(await runCommand(["jobs"], { env })).toMatchObject({ code: 3, stdout: "" });
  });
});
