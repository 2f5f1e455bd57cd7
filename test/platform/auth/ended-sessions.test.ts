import { describe, expect, it, vi } from "vitest";
import { ensureAdmin } from "../../../src/platform/auth/first-admin.ts";
import { ADMIN, makeContext, PASSWORD, register, send, sendUnder, signInAdmin } from "./client.ts";

const email = "listener@example.com";
const NEW_PASSWORD = "another battery";
/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

/** Listens to the platform as somebody; `closed` is the code that the server ends it with. */
async function listen(token: string) {
  const { webSocket: socket } = await send("GET", "/ws", { token, headers: { Upgrade: "websocket" } });
  if (!socket) throw new Error("There is no socket");
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  const ponged = new Promise<unknown>((resolve) =>
    socket.addEventListener("message", ({ data }) => data === "pong" && resolve(data)),
  );
  socket.accept();
  return { socket, closed, ponged };
}

interface Somebody {
  id: string;
  token: string;
}

const change = async (id: string, json: object) =>
  send("PATCH", `/admin/users/${id}`, { token: await signInAdmin(), json });

/** Everything that ends somebody's sessions. */
const ends: Record<string, (somebody: Somebody) => Promise<unknown>> = {
  "an admin's block": ({ id }) => change(id, { blocked: true }),
  "a new role": ({ id }) => change(id, { role: "admin" }),
  "an admin's deletion": async ({ id }) => send("DELETE", `/admin/users/${id}`, { token: await signInAdmin() }),
  "signing out": ({ token }) => send("POST", "/auth/jwt/logout", { token }),
  "signing out of the bank's door": ({ token }) => send("POST", "/user/logout", { token }),
  "a new password": ({ token }) =>
    send("POST", "/auth/change-password", {
      token,
      json: { current_password: PASSWORD, new_password: NEW_PASSWORD },
    }),
  "a password that was reset": async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await sendUnder({}, "POST", "/auth/forgot-password", { json: { email } });
    const [, token] = /\?token=([\w-]+)/.exec(String(log.mock.calls[0])) ?? [];
    log.mockRestore();
    return send("POST", "/auth/reset-password", { json: { token, password: NEW_PASSWORD } });
  },
  leaving: ({ token }) => send("POST", "/user/unregister", { token }),
};

describe("what somebody listens by", () => {
  it.each(Object.keys(ends))("is ended by %s, and nobody else's", async (how) => {
    const [somebody, other] = [await register(email), await register("other@example.com")];
    const [ended, going] = [await listen(somebody.token), await listen(other.token)];
    await ends[how]?.(somebody);
    expect(await ended.closed).toBe(POLICY_VIOLATION);
    going.socket.send("ping");
    expect(await going.ponged).toBe("pong");
    going.socket.close();
  });

  it("is ended where the first admin takes the address over", async () => {
    const stranger = await register(ADMIN.email);
    const { closed } = await listen(stranger.token);
    await ensureAdmin(makeContext());
    expect(await closed).toBe(POLICY_VIOLATION);
  });
});
