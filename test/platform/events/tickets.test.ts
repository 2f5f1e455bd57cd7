import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { eq } from "drizzle-orm";
import { forgetStanding } from "../../../src/platform/auth/standing.ts";
import { users } from "../../../src/platform/auth/tables.ts";
import { platformPurges } from "../../../src/platform/retention/platform-purges.ts";
import { insertJob, makeContext, openSocket, openStream, signIn, upgrade } from "./readers.ts";

afterEach(() => vi.useRealTimers());

function askTicket(topic: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch("http://localhost/ws/ticket", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ topic }),
  });
}

async function getTicket(topic: string, headers: Record<string, string>): Promise<string> {
  const response = await askTicket(topic, headers);
  expect(response.status).toBe(200);
  const body = await response.json<{ ticket: string; expires_in: number }>();
  expect(body).toEqual({ ticket: expect.stringMatching(/^[\w-]{43}$/), expires_in: 60 });
  return body.ticket;
}

async function expectRefused(path: string): Promise<void> {
  const response = await upgrade(path);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    error: "INVALID_TICKET",
    message: "Ticket is invalid, expired or already used",
  });
}

it("opens one socket as the principal that asked for it, and no second one", async () => {
  const owner = await signIn();
  const id = await insertJob({ domain: "banking", created_by: owner.id });
  const ticket = await getTicket(`job:${id}`, owner.headers);
  const reader = await openSocket(`/ws/jobs/${id}?ticket=${ticket}`);
  expect((await reader.next()).data).toMatchObject({ job_id: id });
  await reader.leave();
  await expectRefused(`/ws/jobs/${id}?ticket=${ticket}`);
});

it("lets one of many win who present the same ticket at once", async () => {
  const { headers } = await signIn();
  const ticket = await getTicket("platform", headers);
  const answers = await Promise.all(Array.from({ length: 10 }, () => openStream(`/ws?ticket=${ticket}`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 401)]);
  await Promise.all(answers.map(({ body }) => body?.cancel()));
});

it("is refused after a minute", async () => {
  const { headers } = await signIn();
  const ticket = await getTicket("platform", headers);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  await expectRefused(`/ws?ticket=${ticket}`);
});

it("is refused on another topic", async () => {
  const owner = await signIn();
  const [one, other] = [await insertJob({ created_by: owner.id }), await insertJob({ created_by: owner.id })];
  await expectRefused(`/ws/jobs/${other}?ticket=${await getTicket(`job:${one}`, owner.headers)}`);
  await expectRefused(`/ws?ticket=${await getTicket(`job:${one}`, owner.headers)}`);
  await expectRefused(`/ws/jobs/${one}?ticket=${await getTicket("platform", owner.headers)}`);
});

it("is refused when it was never given out", async () => {
  await expectRefused("/ws?ticket=made-up");
});

it("is refused when its user was blocked since", async () => {
  const { id, headers } = await signIn();
  const ticket = await getTicket("platform", headers);
  await makeContext().db.update(users).set({ blocked_at: 1 }).where(eq(users.id, id));
  forgetStanding(id);
  await expectRefused(`/ws?ticket=${ticket}`);
});

it("is not given out for a job that the caller may not see", async () => {
  const owner = await signIn();
  const id = await insertJob({ domain: "banking", created_by: owner.id });
  for (const headers of [{}, (await signIn()).headers, (await signIn("admin")).headers]) {
    const response = await askTicket(`job:${id}`, headers);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: "JOB_NOT_FOUND" });
  }
});

it.each([["everything"], ["job:"], [7], [undefined]])("answers 422 to the topic %j", async (topic) => {
  const { headers } = await signIn();
  const response = await askTicket(topic, headers);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR", errors: [{ field: "topic" }] });
});

it("keeps only a hash, and drops what has expired", async () => {
  const { headers } = await signIn();
  const ticket = await getTicket("platform", headers);
  const rows = () => env.DB.prepare("SELECT * FROM socket_tickets").all();
  const before = await rows();
  expect(before.results).toHaveLength(1);
  expect(JSON.stringify(before.results)).not.toContain(ticket);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  await getTicket("platform", headers);
  expect((await rows()).results).toHaveLength(2);
  await platformPurges(new Map())["socket_tickets"]?.(makeContext());
  const after = await rows();
  expect(after.results).toHaveLength(1);
  expect(after.results).not.toEqual(before.results);
});
