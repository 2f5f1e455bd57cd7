import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/catchment-command.ts";
import { listenLocally } from "../support/listen-locally.ts";

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

interface Asked {
  what: string;
  at: number;
  body: Buffer;
}

const folder = mkdtempSync(join(tmpdir(), "catchment-requests-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command against a server that gives the answers listed for a method and path one after the other. */
async function runAgainst(answers: Record<string, Answer[]>, args: string[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`;
    asked.push({ what, at: performance.now(), body: await buffer(request) });
    const { status, body, headers } = answers[what]?.shift() ?? UNKNOWN;
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  });
  const { url, close } = await listenLocally(server);
  const ran = await runCommand(args, { env: { CATCHMENT_URL: url, XDG_CONFIG_HOME: folder } });
  await close();
  return { ran, asked };
}

const found = (body: unknown): Answer => ({ status: 200, body });
const refused = (status: number, error: string, headers?: Record<string, string>): Answer => ({
  status,
  body: { error, message: `It is ${error}.`, errors: [] },
  ...(headers && { headers }),
});
const UNKNOWN = refused(404, "NOT_FOUND");
const AWAY = refused(503, "UNAVAILABLE");

const JOB = { id: "job_1", type: "extraction", status: "pending", progress: {}, errors: [] };

describe("catchment extract", () => {
  it("sends filters as the text they are", async () => {
    const answers = { "POST /extraction/trigger": [found({ job_id: "job_1" })], "GET /jobs/job_1": [found(JOB)] };
    const filters = ["engine_version=8.0", "account=123456789012345678901", "labels.on=true", "note=a=b", "empty="];
    const args = filters.flatMap((filter) => ["--filter", filter]);
    const { ran, asked } = await runAgainst(answers, ["extract", ...args, "--no-wait", "--json"]);
    expect(ran).toEqual({ code: 0, stdout: `${JSON.stringify({ jobs: [JOB] }, null, 2)}\n`, stderr: "" });
    expect(JSON.parse(String(asked[0]?.body))).toEqual({
      provider: null,
      filters: {
        engine_version: "8.0",
        account: "123456789012345678901",
        "labels.on": "true",
        note: "a=b",
        empty: "",
      },
    });
  });

  it("refuses a filter without a value, and asks nothing", async () => {
    const { ran, asked } = await runAgainst({}, ["extract", "--filter", "engine_version"]);
    expect(ran).toEqual({ code: 2, stdout: "", stderr: expect.stringContaining("It must be key=value. See --help.") });
    expect(asked).toEqual([]);
  });
});

describe("catchment source upload in parts", () => {
  const bytes = Buffer.alloc(8 * 1024 * 1024 + 1, "1,2\n");
  const file = join(folder, "large.csv");
  writeFileSync(file, bytes);
  const UPLOAD = found({ upload_id: "u1", part_bytes: 8 * 1024 * 1024 });
  const upload = (answers: Record<string, Answer[]>) => runAgainst(answers, ["source", "upload", "sales", file]);

  it("makes a call again that the server was away or too busy for, no sooner than it is told to", async () => {
    const { ran, asked } = await upload({
      "POST /uploads": [AWAY, UPLOAD],
      "PUT /uploads/u1/parts/1": [found({})],
      "PUT /uploads/u1/parts/2": [refused(429, "RATE_LIMITED", { "Retry-After": "2" }), found({})],
      "POST /uploads/u1/complete": [refused(502, "UNKNOWN"), found({})],
      "POST /api/sources/sales/upload-csv": [found({ file_name: "large.csv" })],
    });
    expect(ran).toEqual({ code: 0, stdout: "Uploaded large.csv to sales.\n", stderr: "" });
    expect(asked.map(({ what }) => what)).toEqual([
      ...["POST /uploads", "POST /uploads"],
      ...["PUT /uploads/u1/parts/1", "PUT /uploads/u1/parts/2", "PUT /uploads/u1/parts/2"],
      ...["POST /uploads/u1/complete", "POST /uploads/u1/complete"],
      "POST /api/sources/sales/upload-csv",
    ]);
    const sent = [asked[2], asked[4]].map((part) => part?.body ?? Buffer.of());
    expect(Buffer.concat(sent).equals(bytes)).toBe(true);
    expect(JSON.parse(String(asked[6]?.body))).toEqual({ sha256: createHash("sha256").update(bytes).digest("hex") });
    // Each is timed when it has come; timers may be early by a millisecond.
    expect(pauseBefore(asked, 1)).toBeGreaterThan(990);
    expect(pauseBefore(asked, 4)).toBeGreaterThan(1990);
  });

  it("says at once when the server asks to come back later than it waits", async () => {
    const { ran, asked } = await upload({ "POST /uploads": [refused(429, "RATE_LIMITED", { "Retry-After": "3600" })] });
    expect(ran).toEqual({ code: 1, stdout: "", stderr: "It is RATE_LIMITED. Try again in 3600 seconds.\n" });
    expect(asked).toHaveLength(1);
  });

  it.each([
    { status: 409, error: "CONFLICT", code: 1 },
    { status: 413, error: "QUOTA_EXCEEDED", code: 2 },
    { status: 403, error: "FORBIDDEN", code: 3 },
    { status: 404, error: "NOT_FOUND", code: 4 },
  ])("takes $status for an answer", async ({ status, error, code }) => {
    const { ran, asked } = await upload({
      "POST /uploads": [UPLOAD],
      "PUT /uploads/u1/parts/1": [refused(status, error)],
    });
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(asked).toHaveLength(2);
  });
});

describe("catchment follows a job", () => {
  it("while the server is away, and to the end", async () => {
    const ended = { ...JOB, status: "completed" };
    const { ran, asked } = await runAgainst(
      { "GET /jobs/job_1": [found(JOB), AWAY, refused(500, "X"), found(ended)] },
      [...["jobs", "show", "job_1", "--watch", "--json"]],
    );
    expect(ran).toEqual({ code: 0, stdout: `${JSON.stringify(ended, null, 2)}\n`, stderr: "" });
    expect(asked.filter(({ what }) => what === "GET /jobs/job_1")).toHaveLength(4);
  });

  it("no longer than the server asks to be left alone, and says that the job may go on", async () => {
    const later = refused(429, "RATE_LIMITED", { "Retry-After": "3600" });
    const { ran } = await runAgainst({ "GET /jobs/job_1": [found(JOB), later] }, ["jobs", "show", "job_1", "--watch"]);
    expect(ran).toEqual({
      code: 1,
      stdout: "",
      stderr: "It is RATE_LIMITED. The job may go on: catchment jobs show job_1 says so once it answers.\n",
    });
  });
});

describe("catchment audit verify", () => {
  const head = { number: 3, hash: "c".repeat(64) };
  const page = {
    ...{ intact: true, checked: 2, problems: [], erased: [], unsealed: 0, purged_up_to: 0, head },
    ...{ last: { number: 2, hash: "b".repeat(64) }, next_after: 2 },
  };
  const end = { ...page, checked: 1, last: head, next_after: null };
  const problem = { number: 2, id: "a1", problem: "was changed: its content does not have its hash" };
  const FIRST = "GET /admin/audit/verify?after=0";
  const SECOND = "GET /admin/audit/verify?after=2";
  const NOTED = "GET /admin/audit/verify?after=2&limit=1";
  const noted = join(folder, "head.json");
  writeFileSync(noted, JSON.stringify({ head }));

  it("reads page after page and says that all is well", async () => {
    const { ran } = await runAgainst({ [FIRST]: [found(page)], [SECOND]: [found(end)] }, ["audit", "verify"]);
    const stdout = `3 rows are as they were written.\nThe chain ends with row 3, ${head.hash}.\n`;
    expect(ran).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("names what is wrong, and ends with 1", async () => {
    const broken = { ...page, intact: false, problems: [problem] };
    const answers = () => ({ [FIRST]: [found(broken)], [SECOND]: [found({ ...end, unsealed: 1, purged_up_to: 1 })] });
    const { ran } = await runAgainst(answers(), ["audit", "verify"]);
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringMatching(/^ *2 +a1 +was changed: its content/m) });
    expect(ran.stderr.split("\n")).toEqual([
      "Rows up to 1 went by their retention.",
      "1 rows are in no chain yet; the next minute seals them.",
      "",
    ]);
    const json = await runAgainst(answers(), ["audit", "verify", "--json"]);
    const { last: _last, next_after: _next, ...rest } = end;
    expect({ code: json.ran.code, answer: JSON.parse(json.ran.stdout) }).toEqual({
      code: 1,
      answer: { ...rest, checked: 3, intact: false, problems: [problem], unsealed: 1, purged_up_to: 1 },
    });
  });

  it.each([
    { what: "is there", at: {}, code: 0 },
    { what: "has another hash", at: { last: { ...head, hash: "d".repeat(64) } }, code: 1 },
    { what: "is gone", at: { last: null }, code: 1 },
    { what: "went by its retention", at: { last: null, purged_up_to: 3 }, code: 1 },
  ])("compares a head that was noted and $what", async ({ at, code }) => {
    const answers = { [FIRST]: [found(page)], [SECOND]: [found(end)], [NOTED]: [found({ ...end, ...at })] };
    const { ran, asked } = await runAgainst(answers, ["audit", "verify", "--head-file", noted]);
    expect(ran.code).toBe(code);
    expect(asked.map(({ what }) => what)).toEqual([FIRST, SECOND, NOTED]);
  });

  it.each([
    { what: "no file", text: null },
    { what: "no JSON", text: "head" },
    { what: "no head", text: "{}" },
    { what: "null", text: "null" },
    { what: "a head without its hash", text: '{"head":{"number":3}}' },
  ])("refuses $what as a head, and asks nothing", async ({ text }) => {
    const path = join(folder, "wrong.json");
    rmSync(path, { force: true });
    if (text !== null) writeFileSync(path, text);
    const { ran, asked } = await runAgainst({}, ["audit", "verify", "--head-file", path]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it("says who may not ask, and what the server cannot do", async () => {
    const denied = await runAgainst({ [FIRST]: [refused(403, "FORBIDDEN")] }, ["audit", "verify"]);
    expect(denied.ran).toMatchObject({ code: 3, stdout: "" });
    const down = await runAgainst({ [FIRST]: [found(page)], [SECOND]: [refused(500, "INTERNAL_ERROR")] }, [
      "audit",
      "verify",
    ]);
    expect(down.ran).toMatchObject({ code: 1, stdout: "" });
  });
});

/** Milliseconds from one request to the next. */
function pauseBefore(asked: Asked[], at: number): number {
  return (asked[at]?.at ?? 0) - (asked[at - 1]?.at ?? 0);
}
