import { createServer, type RequestListener } from "node:http";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { generateClientTypes } from "../../src/build/client/generate.ts";
import { readVars } from "../../src/cli/dev-vars.ts";
import { ApiError } from "../../src/client/api-error.ts";
import { createClient, dataOrThrow, toFormData } from "../../src/client/client.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { listenLocally } from "../support/listen-locally.ts";

/** Answers every request the same, as something between the client and Catchment may. */
async function withServer<T>(answer: RequestListener, use: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = await listenLocally(createServer(answer));
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call was answered"),
    (error: unknown) => error,
  );
}

describe("the typed client with Catchment", () => {
  const state = createStateFolder();
  let server: CatchmentProcess;
  let token: string;

  beforeAll(async () => {
    server = await startCatchment(state.folder, { args: ["--demo"], env: { ANONYMOUS_ACCESS: "" } });
    const { ADMIN_EMAIL: email = "", ADMIN_PASSWORD: password = "" } = readVars(`${state.folder}/.dev.vars`);
    const signedOut = createClient({ baseUrl: server.origin });
    const login = await dataOrThrow(signedOut.POST("/user/login", { body: { email, password } }));
    token = login.access_token;
  });

  afterAll(async () => {
    await server.stop();
    state.remove();
  });

  it("starts a download, follows its job to the end and reads the rows", async () => {
    const client = createClient({ baseUrl: server.origin, token });
    const range = { start_date: "2024-01-01", end_date: "2024-01-01" };
    const { job_id: jobId } = await dataOrThrow(
      client.POST("/api/v1/ingest/download", {
        body: { exchange: "binance", symbol: "BTCUSDT", market: "spot", ...range },
      }),
    );
    await vi.waitFor(async () => {
      const job = await dataOrThrow(client.GET("/jobs/{job_id}", { params: { path: { job_id: jobId } } }));
      expect(job.status).toBe("completed");
    }, 30_000);
    const rows = await dataOrThrow(
      client.GET("/read", {
        params: {
          query: { exchange: "BINANCE", symbol: "BTCUSDT", start: "2024-01-01", end: "2024-01-01", limit: 2 },
        },
      }),
    );
    expect(rows).toMatchObject([{ ts: Date.UTC(2024, 0, 1) }, { ts: Date.UTC(2024, 0, 1, 0, 1) }]);
  });

  it("sends files in forms", async () => {
    const client = createClient({ baseUrl: server.origin, token });
    const file = new File(["order_id,amount\n1,9.5\n"], "orders.csv");
    const answer = await dataOrThrow(
      client.POST("/api/sources/{source_name}/upload-csv", {
        params: { path: { source_name: "sales_data" } },
        body: { file },
        bodySerializer: toFormData,
      }),
    );
    expect(answer).toMatchObject({ success: true, source_name: "sales_data", file_name: "orders.csv" });
  });

  it("throws what the server says as an error with its code, fields and request id", async () => {
    const client = createClient({ baseUrl: server.origin, token });
    // @ts-expect-error The limit is a number.
    const wrong = client.GET("/jobs", { params: { query: { limit: "many" } } });
    const error = await thrownBy(dataOrThrow(wrong));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      errors: [{ field: "limit", message: expect.any(String) }],
      requestId: expect.stringMatching(/^[\w-]+$/),
      retryAfterSeconds: null,
    });
  });

  it("throws 404 for what is not there, and 401 without a token", async () => {
    const job = { params: { path: { job_id: "job_1" } } };
    const known = createClient({ baseUrl: server.origin, token });
    expect(await thrownBy(dataOrThrow(known.GET("/jobs/{job_id}", job)))).toMatchObject({ status: 404 });
    const unknown = createClient({ baseUrl: server.origin });
    expect(await thrownBy(dataOrThrow(unknown.GET("/jobs/{job_id}", job)))).toMatchObject({
      status: 401,
      code: "MISSING_TOKEN",
    });
  });
});

describe("the typed client with something else", () => {
  it("says that nobody answers", async () => {
    const closed = await withServer(
      () => {},
      async (baseUrl) => baseUrl,
    );
    const error = await thrownBy(dataOrThrow(createClient({ baseUrl: closed }).GET("/health")));
    expect(error).toMatchObject({ name: "ApiError", status: 0, code: "NO_ANSWER" });
  });

  it("says that a page is not Catchment's", async () => {
    const error = await withServer(
      (_, response) => response.setHeader("Content-Type", "text/html").end("<h1>Welcome</h1>"),
      (baseUrl) => thrownBy(dataOrThrow(createClient({ baseUrl }).GET("/jobs"))),
    );
    expect(error).toMatchObject({ status: 0, code: "NOT_UNDERSTOOD" });
  });

  it("keeps the status of a proxy's error and when to try again", async () => {
    const error = await withServer(
      (_, response) => response.writeHead(503, { "Retry-After": "7" }).end('{"errors":"none"}'),
      (baseUrl) => thrownBy(dataOrThrow(createClient({ baseUrl }).GET("/jobs"))),
    );
    expect(error).toMatchObject({ status: 503, code: "UNKNOWN", errors: [], retryAfterSeconds: 7 });
  });

  it("throws the reason of a call that was aborted", async () => {
    const call = createClient({ baseUrl: "http://127.0.0.1:9" }).GET("/jobs", { signal: AbortSignal.abort("enough") });
    expect(await thrownBy(dataOrThrow(call))).toBe("enough");
  });
});

describe("npm run client", () => {
  const folder = createStateFolder();
  const path = join(folder.folder, "schema.d.ts");
  const describeJob = (type: string) =>
    JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Jobs", version: "1" },
      paths: {},
      components: { schemas: { Job: { type: "object", required: ["id"], properties: { id: { type } } } } },
    });

  afterAll(() => folder.remove());

  it("makes the types anew when the document has changed, and only then", async () => {
    await generateClientTypes(describeJob("string"), path);
    const [mark, ...types] = (await readFile(path, "utf8")).split("\n");
    expect(types.join("\n")).toContain("id: string;");
    await writeFile(path, `${mark}\nkept`);
    await generateClientTypes(describeJob("string"), path);
    expect(await readFile(path, "utf8")).toBe(`${mark}\nkept`);
    await generateClientTypes(describeJob("integer"), path);
    expect(await readFile(path, "utf8")).toContain("id: number;");
  });
});
