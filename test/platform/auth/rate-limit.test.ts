import { afterEach, describe, expect, it, vi } from "vitest";
import { errorBody, PASSWORD, sendUnder } from "./client.ts";

const LIMIT = { LOGIN_RATE_LIMIT: "3" };

afterEach(() => {
  vi.useRealTimers();
});

const logIn = (address?: string, path = "/user/login", limit = LIMIT) =>
  sendUnder(limit, "POST", path, {
    json: { email: "user@example.com", password: PASSWORD },
    ...(address ? { headers: { "CF-Connecting-IP": address } } : {}),
  });

const left = (response: Response) => ({
  status: response.status,
  limit: response.headers.get("X-RateLimit-Limit"),
  remaining: response.headers.get("X-RateLimit-Remaining"),
});

describe("the login limit", () => {
  it("says what is left on every answer, and refuses what is too much", async () => {
    const answers = [await logIn(), await logIn(), await logIn(), await logIn()];
    expect(answers.map(left)).toEqual([
      { status: 401, limit: "3", remaining: "2" },
      { status: 401, limit: "3", remaining: "1" },
      { status: 401, limit: "3", remaining: "0" },
      { status: 429, limit: "3", remaining: "0" },
    ]);
    const refused = answers[3];
    expect(await refused?.json()).toEqual(errorBody("RATE_LIMITED", "Too many requests. Please try again later."));
    const reset = Number(refused?.headers.get("X-RateLimit-Reset"));
    expect(reset).toBeGreaterThan(0);
    expect(reset).toBeLessThanOrEqual(60);
    expect(refused?.headers.get("Retry-After")).toBe(String(reset));
  });

  it("counts bodies that cannot be read", async () => {
    const call = { json: { email: "nobody" } };
    const response = await sendUnder(LIMIT, "POST", "/user/login", call);
    expect(left(response)).toEqual({ status: 422, limit: "3", remaining: "2" });
  });

  it("counts each door and each address for itself, and both spellings of a path as one", async () => {
    for (let count = 0; count < 3; count += 1) await logIn("203.0.113.7", "/user/login/");
    expect((await logIn("203.0.113.7")).status).toBe(429);
    expect((await logIn("203.0.113.8")).status).toBe(401);
    expect((await logIn("203.0.113.7", "/user/register")).status).toBe(201);
  });

  it("counts the addresses of one IPv6 customer as one", async () => {
    for (const last of ["1", "2", "3"]) await logIn(`2001:db8:1:2::${last}`);
    expect((await logIn("2001:db8:1:2:ffff::9")).status).toBe(429);
    expect((await logIn("2001:db8:1:3::1")).status).toBe(401);
  });

  it("believes no header that a client can set", async () => {
    const answers: Response[] = [];
    for (const address of ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4"]) {
      const headers = { "X-Forwarded-For": address, "X-Real-IP": address };
      const json = { email: "user@example.com", password: PASSWORD };
      answers.push(await sendUnder(LIMIT, "POST", "/user/login", { json, headers }));
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
  });

  it("is over after a minute", async () => {
    for (let count = 0; count < 4; count += 1) await logIn();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    expect(left(await logIn())).toEqual({ status: 401, limit: "3", remaining: "2" });
  });

  it("admits no more than the limit when all come at once", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn()));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
  });

  it("is off at 0, without headers", async () => {
    const response = await logIn(undefined, "/user/login", { LOGIN_RATE_LIMIT: "0" });
    expect(left(response)).toEqual({ status: 401, limit: null, remaining: null });
  });
});
