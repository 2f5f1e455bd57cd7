import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Context, createContext } from "../../../src/context.ts";
import { notFound, upstreamFailed } from "../../../src/errors.ts";
import { forgetCircuits, withCircuit } from "../../../src/platform/outbound/circuit.ts";

const HOST = "api.example.com";
let now = 0;
let queries = 0;
let ctx: Pick<Context, "db" | "now">;

const answers = (status: number) => async () => new Response(null, { status });
const ask = (status = 200) => withCircuit(ctx, HOST, answers(status));
const faults = async (count: number) => {
  for (let index = 0; index < count; index++) await ask(503);
};
const resting = (seconds: number) => ({
  status: 503,
  retry_after: seconds,
  message: `${HOST} is resting after repeated faults; the next try is in ${seconds} s`,
});

/** Counts the statements that reach D1. */
function countQueries(database: D1Database): D1Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === "withSession") return () => countQueries(target);
      if (name === "prepare") queries++;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

beforeEach(() => {
  forgetCircuits();
  now = Date.UTC(2024, 0, 1);
  queries = 0;
  const counted = { ...env, DB: countQueries(env.DB) };
  ctx = { db: createContext(counted, createExecutionContext()).db, now: () => now };
});

describe("a circuit", () => {
  it("opens after five consecutive faults and rests for 30 s", async () => {
    await faults(5);
    await expect(ask()).rejects.toMatchObject(resting(30));
    now += 29_000;
    await expect(ask()).rejects.toMatchObject(resting(1));
  });

  it("stays closed when an answer comes between", async () => {
    await faults(4);
    await ask(200);
    await faults(4);
    expect((await ask(200)).status).toBe(200);
  });

  it("does not count 4xx and 429 as faults", async () => {
    for (let index = 0; index < 8; index++) await ask(index % 2 ? 404 : 429);
    expect((await ask()).status).toBe(200);
  });

  it("counts thrown network faults and upstream failures, and rethrows them", async () => {
    const thrown = [new TypeError("refused"), upstreamFailed("late"), new TypeError("reset")];
    for (const error of thrown) await expect(withCircuit(ctx, HOST, () => Promise.reject(error))).rejects.toBe(error);
    await faults(2);
    await expect(ask()).rejects.toMatchObject(resting(30));
  });

  it("does not count what the caller got wrong", async () => {
    const wrong = notFound("No such bucket");
    for (let index = 0; index < 6; index++) {
      await expect(withCircuit(ctx, HOST, () => Promise.reject(wrong))).rejects.toBe(wrong);
    }
    expect((await ask()).status).toBe(200);
  });

  it("closes when the probe succeeds", async () => {
    await faults(5);
    now += 30_000;
    expect((await ask()).status).toBe(200);
    await faults(4);
    expect((await ask()).status).toBe(200);
  });

  it("doubles its rest up to ten minutes while probes fail", async () => {
    await faults(5);
    const rests = [30, 60, 120, 240, 480, 600, 600];
    for (const seconds of rests) {
      await expect(ask()).rejects.toMatchObject(resting(seconds));
      now += seconds * 1000;
      await ask(500);
    }
  });

  it("lets one probe through and holds back the others", async () => {
    await faults(5);
    now += 30_000;
    const { promise, resolve } = Promise.withResolvers<Response>();
    const started = Promise.withResolvers<void>();
    const probe = withCircuit(ctx, HOST, () => {
      started.resolve();
      return promise;
    });
    await started.promise;
    await expect(ask()).rejects.toMatchObject(resting(60));
    resolve(new Response());
    await probe;
    expect((await ask()).status).toBe(200);
  });

  it("lets another probe through when the first was lost", async () => {
    await faults(5);
    now += 30_000;
    void withCircuit(ctx, HOST, () => new Promise<Response>(() => {}));
    await expect(ask()).rejects.toMatchObject(resting(60));
    now += 60_000;
    expect((await ask()).status).toBe(200);
  });

  it("is shared with other isolates", async () => {
    await faults(5);
    forgetCircuits();
    await expect(ask()).rejects.toMatchObject(resting(30));
  });

  it("is one per host", async () => {
    await faults(5);
    expect((await withCircuit(ctx, "other.example.com", answers(200))).status).toBe(200);
  });

  it("costs a healthy host one query in ten seconds", async () => {
    for (let index = 0; index < 50; index++) await ask();
    expect(queries).toBe(1);
    now += 10_000;
    await ask();
    expect(queries).toBe(2);
  });
});
