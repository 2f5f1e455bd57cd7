import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import type { EventFeed } from "../../../durable-objects/event-feed.ts";
import { feedOf, insertJob, makeContext, openSocket, openStream, publishProgress } from "./readers.ts";

afterEach(() => vi.useRealTimers());

/** Reads a stream block by block, as an EventSource does. */
function readBlocks(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error(`No stream, but ${response.status}`);
  let text = "";
  return {
    async next(): Promise<string | null> {
      while (!text.includes("\n\n")) {
        const { value, done } = await reader.read();
        if (done) return text === "" ? null : text;
        text += value;
      }
      const [block = "", ...rest] = text.split("\n\n");
      text = rest.join("\n\n");
      return block;
    },
    leave: () => reader.cancel(),
  };
}

const progressBlock = (jobId: string, id: string, rows: number, status = "running") =>
  [
    `id: ${id}`,
    "event: progress",
    `data: ${JSON.stringify({
      id,
      type: "progress",
      event: "progress",
      data: { job_id: jobId, status, progress: { rows } },
      timestamp: "2024-01-15T10:30:00.000Z",
    })}`,
  ].join("\n");

/** The epoch of a topic, as its frames carry it. */
async function epochOf(jobId: string): Promise<string> {
  const reader = await openSocket(`/ws/jobs/${jobId}`);
  const { id } = await reader.next();
  await reader.leave();
  return id.split("-")[0] ?? "";
}

it("streams the same frames as the socket and ends after the last", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  const epoch = await epochOf(id);
  const response = await openStream(`/ws/jobs/${id}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/event-stream");
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const blocks = readBlocks(response);
  expect(await blocks.next()).toBe("retry: 3000");
  expect(await blocks.next()).toBe(progressBlock(id, `${epoch}-1`, 1));
  await publishProgress(id, 2);
  expect(await blocks.next()).toBe(progressBlock(id, `${epoch}-2`, 2));
  await publishProgress(id, 3, "completed");
  expect(await blocks.next()).toBe(progressBlock(id, `${epoch}-3`, 3, "completed"));
  expect(await blocks.next()).toBeNull();
});

it("goes on after Last-Event-ID, which is newer than the URL's own place", async () => {
  const id = await insertJob();
  for (let rows = 1; rows <= 4; rows++) await publishProgress(id, rows);
  const epoch = await epochOf(id);
  const response = await openStream(`/ws/jobs/${id}?after=${epoch}-1`, { "Last-Event-ID": `${epoch}-3` });
  const blocks = readBlocks(response);
  await blocks.next();
  expect(await blocks.next()).toBe(progressBlock(id, `${epoch}-4`, 4));
  await blocks.leave();
});

it.each(["0badc0de-3", "not-an-id"])("resets a reader whose Last-Event-ID is %s", async (lastEventId) => {
  const id = await insertJob();
  await publishProgress(id, 4);
  const blocks = readBlocks(await openStream(`/ws/jobs/${id}`, { "Last-Event-ID": lastEventId }));
  await blocks.next();
  const [place, event, data] = (await blocks.next())?.split("\n") ?? [];
  expect([place, event]).toEqual([expect.stringMatching(/^id: [0-9a-f]{8}-1$/), "event: reset"]);
  expect(JSON.parse(data?.slice("data: ".length) ?? "")).toMatchObject({
    type: "reset",
    state: { progress: { rows: 4 } },
  });
  await blocks.leave();
});

it("tells a reader that has had everything not to come back", async () => {
  const id = await insertJob({ status: "completed" });
  await publishProgress(id, 1, "completed");
  const late = readBlocks(await openStream(`/ws/jobs/${id}`));
  await late.next();
  const last = await late.next();
  expect(last).toContain('"status":"completed"');
  expect(await late.next()).toBeNull();
  const lastId = /^id: (\S+)/.exec(last ?? "")?.[1] ?? "";
  const response = await openStream(`/ws/jobs/${id}`, { "Last-Event-ID": lastId });
  expect(response.status).toBe(204);
  expect(await response.text()).toBe("");
});

it("serves several readers beside sockets, and forgets those who leave", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  const [first, second] = [await openStream(`/ws/jobs/${id}`), await openStream(`/ws/jobs/${id}`)].map(readBlocks);
  const socket = await openSocket(`/ws/jobs/${id}`);
  await socket.next();
  for (const blocks of [first, second]) {
    await blocks?.next();
    await blocks?.next();
  }
  await first?.leave();
  await publishProgress(id, 2);
  expect(await second?.next()).toContain('"rows":2');
  expect((await socket.next()).data).toMatchObject({ progress: { rows: 2 } });
  const { METRICS } = env;
  await vi.waitFor(async () => expect(await METRICS.getByName("all").collect({})).toMatchObject({ readers: 2 }));
  await second?.leave();
  await socket.leave();
  await vi.waitFor(async () => expect(await METRICS.getByName("all").collect({})).toMatchObject({ readers: 0 }));
});

it("sends a heartbeat every 15 seconds", async () => {
  const id = await insertJob();
  await publishProgress(id, 1);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const blocks = readBlocks(await openStream(`/ws/jobs/${id}`));
  await blocks.next();
  await blocks.next();
  await runInDurableObject(feedOf(`job:${id}`), () => {
    vi.advanceTimersByTime(15_000);
  });
  expect(await blocks.next()).toBe(": heartbeat");
  await blocks.leave();
});

it("cuts off a reader that falls a megabyte behind", async () => {
  const { feeds } = makeContext();
  const response = await feeds.join("platform", { audience: null, after: null, state: null }, false);
  const event = (n: number) => ({
    type: "long",
    domain: "platform" as const,
    owner: null,
    data: { n, text: "x".repeat(100_000) },
    at: 0,
  });
  await runInDurableObject(feedOf("platform"), (feed: EventFeed) => {
    for (let n = 1; n <= 40; n++) feed.publish(event(n));
  });
  const text = await response.text();
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(text).not.toContain('"n":40');
});
