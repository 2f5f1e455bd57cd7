import { createExecutionContext, evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../../../src/index.ts";
import {
  feedOf,
  insertJob,
  makeContext,
  openSocket,
  openStream,
  publishProgress,
  signIn,
  signInAsToken,
  upgrade,
} from "./readers.ts";

const errorOf = async (response: Response) => {
  const body = await response.json<{ error: string; message: string; detail: string }>();
  expect(body.detail).toBe(body.message);
  return { status: response.status, error: body.error, message: body.message };
};

const notFound = (id: string) => ({ status: 404, error: "JOB_NOT_FOUND", message: `Job not found: ${id}` });

it.each(["/ws", "/ws/jobs/job_1"])("answers 426 on %s to a plain request", async (path) => {
  const response = await exports.default.fetch(`http://localhost${path}`);
  expect(response.headers.get("Upgrade")).toBe("websocket");
  expect(await errorOf(response)).toEqual({
    status: 426,
    error: "UPGRADE_REQUIRED",
    message: "Open this as a WebSocket, or accept text/event-stream",
  });
});

it.each(["token", "access_token"])("refuses a long-lived token in the URL's %s", async (parameter) => {
  const { headers } = await signIn();
  const response = await upgrade(`/ws?${parameter}=${headers.Authorization.slice("Bearer ".length)}`);
  expect(await errorOf(response)).toEqual({
    status: 400,
    error: "TOKEN_IN_URL",
    message: "A URL is no place for a token: ask POST /ws/ticket for a ticket",
  });
});

it("refuses a malformed place with 422", async () => {
  const id = await insertJob();
  expect(await errorOf(await upgrade(`/ws/jobs/${id}?after=yesterday`))).toMatchObject({
    status: 422,
    error: "VALIDATION_ERROR",
  });
});

it("answers 404 for an unknown job, to sockets and streams, before the upgrade", async () => {
  const sockets = await upgrade("/ws/jobs/job_0");
  expect(sockets.webSocket).toBeNull();
  expect(await errorOf(sockets)).toEqual(notFound("job_0"));
  expect(await errorOf(await openStream("/ws/jobs/job_0"))).toEqual(notFound("job_0"));
});

it("refuses a wrong token although the job is open to anybody", async () => {
  const id = await insertJob();
  const response = await upgrade(`/ws/jobs/${id}`, { Authorization: "Bearer nonsense" });
  expect(await errorOf(response)).toMatchObject({ status: 401, error: "INVALID_TOKEN" });
});

it("answers 401 to nobody where no domain is open", async () => {
  const id = await insertJob();
  const closed = { ...env, ANONYMOUS_ACCESS: "" };
  for (const path of ["/ws", `/ws/jobs/${id}`]) {
    const request = new Request<unknown, IncomingRequestCfProperties>(`http://localhost${path}`, {
      headers: { Upgrade: "websocket" },
    });
    const response = await worker.fetch(request, closed, createExecutionContext());
    expect(await errorOf(response)).toMatchObject({ status: 401, error: "MISSING_TOKEN" });
  }
});

it("shows a job of a closed domain to its creator, to those with a grant and to admins only", async () => {
  const creator = await signIn();
  const id = await insertJob({ domain: "inventory", created_by: creator.id });
  const granted = await signIn("user", { inventory: "read" });
  const scoped = await signInAsToken(["inventory:read"]);
  for (const { headers } of [creator, granted, scoped, await signIn("admin")]) {
    const reader = await openSocket(`/ws/jobs/${id}`, headers);
    expect((await reader.next()).data).toMatchObject({ job_id: id });
    await reader.leave();
  }
  const others = [{}, (await signIn()).headers, (await signInAsToken(["market-data"])).headers];
  for (const headers of others) expect(await errorOf(await upgrade(`/ws/jobs/${id}`, headers))).toEqual(notFound(id));
});

it("keeps a banking job from everybody but its creator, admins included", async () => {
  const creator = await signIn();
  const id = await insertJob({ domain: "banking", created_by: creator.id });
  const reader = await openSocket(`/ws/jobs/${id}`, creator.headers);
  expect((await reader.next()).data).toMatchObject({ job_id: id });
  await reader.leave();
  const admin = await signIn("admin");
  expect(await errorOf(await upgrade(`/ws/jobs/${id}`, admin.headers))).toEqual(notFound(id));
});

it("opens a socket for a page of another origin with the usual headers", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  const response = await upgrade(`/ws/jobs/${id}`, { Origin: "https://app.example" });
  expect(response.status).toBe(101);
  expect(response.headers.get("X-Request-Id")).toMatch(/./);
  expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  response.webSocket?.accept();
  response.webSocket?.close();
});

it("greets a reader of the platform's events and tells where it stands", async () => {
  const reader = await openSocket("/ws");
  const greeting = await reader.next();
  expect(greeting).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-0$/),
    type: "connected",
    event: "connected",
    data: { message: "Connected to the events of this platform" },
    timestamp: expect.any(String),
  });
  await reader.leave();
  const event = { type: "sync_started", domain: "warehouse" as const, owner: null, data: { source: "shop" }, at: 0 };
  await makeContext().feeds.publish("platform", event);
  const back = await openSocket(`/ws?after=${greeting.id}`);
  expect(await back.next()).toEqual({
    id: greeting.id.replace(/0$/, "1"),
    type: "sync_started",
    event: "sync_started",
    data: { source: "shop" },
    timestamp: "1970-01-01T00:00:00.000Z",
  });
  await back.leave();
  const lost = await openSocket("/ws?after=0badc0de-1");
  expect(await lost.next()).toMatchObject({ type: "reset", state: null });
  await lost.leave();
});

it("shows on the platform's feed what each reader may see: live, replayed and after hibernation", async () => {
  const owner = await signIn();
  const events = [
    { type: "candles", domain: "market-data" as const, owner: null },
    { type: "scan", domain: "inventory" as const, owner: owner.id },
    { type: "report", domain: "banking" as const, owner: owner.id },
    { type: "transfer", domain: "instruments" as const, owner: null },
    { type: "user_created", domain: "platform" as const, owner: null },
  ];
  const expected: [Record<string, string>, string[]][] = [
    [{}, ["candles"]],
    [(await signIn()).headers, ["candles"]],
    [owner.headers, ["candles", "scan", "report"]],
    [(await signIn("user", { inventory: "read" })).headers, ["candles", "scan"]],
    [(await signInAsToken(["inventory"])).headers, ["candles", "scan"]],
    [(await signIn("admin")).headers, ["candles", "scan", "transfer", "user_created"]],
  ];
  const live = await Promise.all(expected.map(([headers]) => openSocket("/ws", headers)));
  for (const reader of live) await reader.next();
  await evictDurableObject(feedOf("platform"));
  const { feeds } = makeContext();
  for (const event of [...events, { type: "end", domain: "market-data" as const, owner: null }]) {
    await feeds.publish("platform", { ...event, data: {}, at: 0 });
  }
  const take = async (reader: Awaited<ReturnType<typeof openSocket>>) => {
    const types: string[] = [];
    for (let { type } = await reader.next(); type !== "end"; { type } = await reader.next()) types.push(type);
    return types;
  };
  for (const [index, [headers, types]] of expected.entries()) {
    const reader = live[index];
    expect(reader && (await take(reader))).toEqual(types);
    await reader?.leave();
    const replayed = await openSocket("/ws?after=0", headers);
    expect(await take(replayed)).toEqual(types);
    await replayed.leave();
  }
});
