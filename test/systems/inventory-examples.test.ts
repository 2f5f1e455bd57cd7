import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";

const DOCUMENT = join(import.meta.dirname, "../documents/inventory");
const PRINTED_ORIGIN = "http://localhost:8000";
const PRINTED_JOB = "job_1234567890";

const run = promisify(execFile);

/** The document's own client and what it prints below it, and then what that got. */
const program = `${readFileSync(join(DOCUMENT, "client.py"), "utf8")}
import json
print(json.dumps([result, status]))
`;
const commands = JSON.parse(readFileSync(join(DOCUMENT, "curl.json"), "utf8")) as string[];

interface Answer {
  command: string;
  status: number;
  body: Record<string, unknown>;
}

/** Runs a command of the document as printed but for the server's address and the id of a job that there is. */
async function runPrinted(server: CatchmentProcess, command: string, job: string): Promise<Answer> {
  const here = command.replaceAll(PRINTED_ORIGIN, server.origin).replaceAll(PRINTED_JOB, job);
  const { stdout } = await run("bash", ["-c", here.replace("curl ", "curl -sS -w '\\n%{http_code}' ")]);
  const [body = "", status = ""] = stdout.split(/\n(?=\d+$)/);
  return { command, status: Number(status), body: JSON.parse(body) };
}

async function runClient(server: CatchmentProcess) {
  return run("python3", ["-c", program.replaceAll(PRINTED_ORIGIN, server.origin)]);
}

describe("a server that answers the inventory without a token", () => {
  const state = createStateFolder();
  let server: CatchmentProcess;

  beforeAll(async () => {
    server = await startCatchment(state.folder, { env: { ANONYMOUS_ACCESS: "inventory" } });
  });

  afterAll(async () => {
    await server?.stop();
    state.remove();
  });

  it("runs the document's Python client and every curl command as printed", async () => {
    const { stdout } = await runClient(server);
    const [result, status] = JSON.parse(stdout) as [Record<string, string>, Record<string, unknown>];
    expect(result).toMatchObject({ status: "started", message: "Extraction job started successfully" });
    expect(status).toMatchObject({
      job_id: result["job_id"],
      status: expect.stringMatching(/^(running|completed)$/),
      services: ["ec2", "s3"],
      transport: { type: "filesystem", destination: "./file_collector" },
    });

    const answers: Answer[] = [];
    for (const command of commands) answers.push(await runPrinted(server, command, result["job_id"] ?? ""));
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
    expect(answers).toHaveLength(13);
    const started = answers.filter(({ command }) => command.includes("/extraction/trigger"));
    expect(started.map(({ body }) => body["status"])).toEqual(Array(5).fill("started"));
  });
});

describe("a server as it is started", () => {
  const state = createStateFolder();
  let server: CatchmentProcess;

  beforeAll(async () => {
    server = await startCatchment(state.folder);
  });

  afterAll(async () => {
    await server?.stop();
    state.remove();
  });

  it("refuses all of them but the health check, for want of a token", async () => {
    await expect(runClient(server)).rejects.toThrow("KeyError: 'job_id'");
    for (const command of commands) {
      const answer = await runPrinted(server, command, PRINTED_JOB);
      const expected = command.endsWith("/health")
        ? { status: 200, body: { status: "healthy" } }
        : { status: 401, body: { error: "MISSING_TOKEN" } };
      expect(answer).toMatchObject(expected);
    }
  });
});
