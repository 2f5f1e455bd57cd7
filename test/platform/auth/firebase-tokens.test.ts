import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { errorBody, register, send, sendUnder } from "./client.ts";
import { EMAIL, openWorld, PROJECT } from "./firebase-world.ts";

let world: ReturnType<typeof openWorld>;

beforeEach(async () => {
  world = openWorld();
  await world.setAccount();
});

afterEach(() => {
  vi.useRealTimers();
});

const now = () => Math.floor(Date.now() / 1000);

describe("an ID token of Firebase", () => {
  it("is refused unless it is signed by a published key, for this project, and valid now", async () => {
    const invalid = [401, "INVALID_TOKEN"];
    const refusals: [string, Parameters<typeof world.sign>[0], unknown[]][] = [
      ["unsigned", { alg: "none" }, invalid],
      ["signed with the public key as a secret", { alg: "HS256" }, invalid],
      ["signed by a key that is not published", { key: "second" }, invalid],
      ["signed by another key than it names", { key: "second", kid: "first" }, invalid],
      ["of another issuer", { claims: { iss: "https://securetoken.google.com/another" } }, invalid],
      ["of no issuer", { claims: { iss: undefined } }, invalid],
      ["for another project", { claims: { aud: "another" } }, invalid],
      ["expired", { claims: { exp: now() - 1 } }, [401, "TOKEN_EXPIRED"]],
      ["without an end", { claims: { exp: undefined } }, invalid],
      ["not valid yet", { claims: { nbf: now() + 600 } }, invalid],
      ["issued in the future", { claims: { iat: now() + 600 } }, invalid],
      ["of a sign-in in the future", { claims: { auth_time: now() + 600 } }, invalid],
      ["of no sign-in", { claims: { auth_time: undefined } }, invalid],
      ["of nobody", { claims: { sub: "" } }, invalid],
      ["of somebody with a number", { claims: { sub: 1 } }, invalid],
      ["expired and for another project", { claims: { aud: "another", exp: now() - 1 } }, invalid],
    ];
    for (const [name, wish, refusal] of refusals) {
      expect([name, ...(await world.ask(await world.sign(wish)))]).toEqual([name, ...refusal]);
    }
    expect(await world.calls()).not.toContain("POST v1/accounts:lookup");
    expect(await world.ask(await world.sign())).toEqual([200, EMAIL]);
  });

  it("is refused when it is no token at all", async () => {
    const token = await world.sign();
    for (const text of ["x", "a.b.c", `${token}x`, token.split(".").slice(0, 2).join(".")]) {
      expect(await world.ask(text)).toEqual([401, "INVALID_TOKEN"]);
    }
  });

  it("is refused where the deployment keeps its people itself", async () => {
    const response = await send("GET", "/user/me", { token: await world.sign() });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(errorBody("INVALID_TOKEN", "Token is invalid or expired"));
  });

  it("cannot be unsigned where an emulator is configured beside production", async () => {
    const settings = { ...world.settings, ENVIRONMENT: "production", FIREBASE_AUTH_EMULATOR_HOST: "127.0.0.1:9099" };
    const token = await world.sign({ alg: "none" });
    expect((await sendUnder(settings, "GET", "/user/me", { token })).status).toBe(503);
  });

  it("counts beside tokens of our own, whose people stay", async () => {
    const own = await register("own@example.com");
    expect(await world.ask(own.token)).toEqual([200, "own@example.com"]);
    expect(await world.ask(await world.signInAdmin())).toEqual([200, "admin@example.org"]);
    expect(await world.ask(await world.sign())).toEqual([200, EMAIL]);
  });
});

describe("the keys of Firebase", () => {
  const countReads = async () => (await world.calls()).filter((call) => call === "GET keys").length;

  it("are read once, and again for a new key, but not for every invented one", async () => {
    for (let count = 0; count < 3; count += 1) await world.ask(await world.sign());
    expect(await countReads()).toBe(1);
    for (let count = 0; count < 3; count += 1) await world.ask(await world.sign({ kid: `invented-${count}` }));
    expect(await countReads()).toBe(1);
    await world.publish(["first", "second"]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    expect(await world.ask(await world.sign({ key: "second" }))).toEqual([200, EMAIL]);
    expect(await countReads()).toBe(2);
  });

  it("are read again after an hour, when a key that is withdrawn counts no more", async () => {
    await world.publish(["first", "second"]);
    expect(await world.ask(await world.sign())).toEqual([200, EMAIL]);
    await world.publish(["second"]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    expect(await world.ask(await world.sign())).toEqual([401, "INVALID_TOKEN"]);
  });

  it("let nobody in while they cannot be read or are nonsense", async () => {
    const token = await world.sign();
    const answers = [
      { status: 503, body: "down" },
      { status: 404, body: { error: "NOT_FOUND" } },
      { status: 200, body: { keys: [] } },
      { status: 200, body: "<html>" },
      { status: 200, body: { keys: [{ kty: "oct", kid: "first", k: "c2VjcmV0" }] } },
    ];
    for (const keys of answers) {
      await world.lie({ keys });
      const response = await world.send("GET", "/user/me", { token });
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual(errorBody("FIREBASE_ERROR", "Firebase operation failed"));
    }
    await world.lie({});
    expect(await world.ask(token)).toEqual([200, EMAIL]);
  });

  it("are for the project that is configured", async () => {
    const other = openWorld({ FIREBASE_PROJECT_ID: `${PROJECT}-other` });
    expect(await other.ask(await other.sign())).toEqual([401, "INVALID_TOKEN"]);
  });
});
