import { DurableObject } from "cloudflare:workers";

/** A text to every socket and nothing else: the least that a fan-out can cost. */
export class Loudspeaker extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  publish(n) {
    const text = JSON.stringify({ id: n, padding: "x".repeat(200) });
    for (const socket of this.ctx.getWebSockets()) socket.send(text);
  }
}

/** Joins `/ws`; anything else publishes `?count=` texts one after the other. */
export default {
  async fetch(request, env) {
    const loudspeaker = env.LOUDSPEAKER.get(env.LOUDSPEAKER.idFromName("all"));
    const url = new URL(request.url);
    if (url.pathname === "/ws") return loudspeaker.fetch(request);
    const count = Number(url.searchParams.get("count"));
    for (let n = 1; n <= count; n++) await loudspeaker.publish(n);
    return new Response(null, { status: 204 });
  },
};
