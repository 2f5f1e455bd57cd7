import { DurableObject } from "cloudflare:workers";
import {
  type Audience,
  type EventInput,
  type Join,
  mayHear,
  NORMAL_CLOSURE,
  readJoin,
  type Seat,
} from "../src/platform/events/protocol.ts";
import { type KeptFrame, openHistory } from "./event-history.ts";
import { openStreams } from "./event-streams.ts";
import type { MetricsCollector } from "./metrics-collector.ts";
import type { SocketCounter } from "./socket-counter.ts";

interface FeedEnv {
  SOCKET_COUNTER: DurableObjectNamespace<SocketCounter>;
  /** Days, as the configuration has it. */
  EVENT_RETENTION_DAYS?: string;
  METRICS: DurableObjectNamespace<MetricsCollector>;
}

const DAY_MS = 86_400_000;
/** What is known of a socket. */
interface Attachment {
  audience: Audience | null;
  seat?: Seat | null;
}

const ENDED = "Nothing follows";
/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

/**
 * The loudspeaker of one topic: repeats its events in order to WebSockets, which outlive hibernation, and to
 * streams of Server-Sent Events, and keeps the last ones for replay. It holds no fact that our records lack.
 */
export class EventFeed extends DurableObject<FeedEnv> {
  readonly #history = openHistory(this.ctx.storage, Number(this.env.EVENT_RETENTION_DAYS ?? 90) * DAY_MS);
  readonly #streams = openStreams((left) => {
    this.#freeSeat(left);
    this.#countReaders();
  });
  /** What each socket may hear; its attachment has it too, and is all that is left after hibernation. */
  readonly #audiences = new WeakMap<WebSocket, Attachment>();
  #counting = false;
  #counted = 0;

  constructor(ctx: DurableObjectState, env: FeedEnv) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Numbers an event, keeps it and repeats it to everybody who may hear it; one whose key is known is old. */
  publish(event: EventInput): void {
    if (event.key !== undefined && this.#history.hasKey(event.key)) return;
    const frame = this.#history.append(event);
    for (const socket of this.ctx.getWebSockets()) {
      if (socket.readyState !== WebSocket.OPEN) continue;
      if (mayHear(this.#audienceOf(socket), frame)) socket.send(frame.text);
      if (event.last) socket.close(NORMAL_CLOSURE, ENDED);
    }
    this.#streams.send(frame);
    if (!event.last) return;
    this.#streams.end();
    this.#countReaders();
  }

  /** Joins a reader. Welcome and join are one synchronous stretch, so that no event falls between them or comes twice. */
  override fetch(request: Request): Response {
    const join = readJoin(request);
    // The last event got lost on its way here: our records say that nothing follows.
    if (join.state?.last && !this.#history.hasEnded()) this.publish(join.state);
    const welcome = this.#history.welcome(join);
    if (request.headers.get("Upgrade") === "websocket") return this.#joinSocket(join, welcome);
    const ended = this.#history.hasEnded();
    // 204 tells an EventSource that has everything to stop coming back (WHATWG HTML, section 9.2.3).
    if (ended && welcome.length === 0) return new Response(null, { status: 204 });
    return this.#streams.open(join, welcome, ended);
  }

  #joinSocket({ audience, seat = null }: Join, welcome: KeptFrame[]): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ audience, seat });
    for (const { text } of welcome) server.send(text);
    if (this.#history.hasEnded()) server.close(NORMAL_CLOSURE, ENDED);
    else this.#countReaders();
    return new Response(null, { status: 101, webSocket: client });
  }

  #attachmentOf(socket: WebSocket): Attachment {
    const known = this.#audiences.get(socket) ?? (socket.deserializeAttachment() as Attachment);
    this.#audiences.set(socket, known);
    return known;
  }

  #audienceOf(socket: WebSocket): Audience | null {
    return this.#attachmentOf(socket).audience;
  }

  /** Ids of the seats that are taken here. */
  seats(): string[] {
    const open = this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    return [...open.flatMap((socket) => this.#attachmentOf(socket).seat?.id ?? []), ...this.#streams.seats()];
  }

  /** A seat whose freeing gets lost is found when its reader has no other. */
  #freeSeat(seat: Seat | null | undefined): void {
    if (seat)
      this.ctx.waitUntil(
        this.env.SOCKET_COUNTER.getByName(seat.reader)
          .leave(seat.id)
          .catch(() => {}),
      );
  }

  /** Ends what a principal listens by, who may not any more. */
  dismiss(principal: string): void {
    for (const socket of this.ctx.getWebSockets()) {
      if (this.#audienceOf(socket)?.principal === principal) socket.close(POLICY_VIOLATION, "Signed out");
    }
    this.#streams.dismiss(principal);
    this.#countReaders();
  }

  /** Makes the events of somebody nobody's; of `personal` domains, which nobody else hears, only their numbers stay. */
  forget(owner: string, personal: EventInput["domain"][]): void {
    this.#history.forget(owner, personal);
  }

  /** Removes all that is kept, and ends whoever listens. */
  async clear(): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) socket.close(NORMAL_CLOSURE, ENDED);
    this.#streams.end();
    await this.#history.clear();
    this.#countReaders();
  }

  /** Agrees to a client's close; the runtime leaves that to us for sockets that hibernate. */
  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    // Codes that no close frame may carry (RFC 6455, section 7.4.1).
    if ([1005, 1006, 1015].includes(code)) socket.close(NORMAL_CLOSURE);
    else socket.close(code, reason);
    this.#freeSeat(this.#attachmentOf(socket).seat);
    this.#countReaders();
  }

  override webSocketError(socket: WebSocket): void {
    this.#freeSeat(this.#attachmentOf(socket).seat);
    this.#countReaders();
  }

  /** Forgets a topic that has ended or fallen silent. */
  override async alarm(): Promise<void> {
    const expires_at = this.#history.expiresAt();
    if (expires_at > Date.now()) return this.ctx.storage.setAlarm(expires_at);
    await this.#history.clear();
    this.#countReaders();
  }

  /** Tells the metrics how many read this feed; changes during a report wait for the next one. */
  #countReaders(): void {
    if (this.#counting) return;
    this.#counting = true;
    this.ctx.waitUntil(this.#reportReaders());
  }

  async #reportReaders(): Promise<void> {
    const collector = this.env.METRICS.getByName("all");
    const count = () =>
      this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN).length + this.#streams.count();
    try {
      do {
        this.#counted = count();
        await collector.countReaders(this.ctx.id.toString(), this.#counted);
      } while (this.#counted !== count());
    } catch (error) {
      // The object has no logger, and a wrong gauge is no reason to fail.
      // oxlint-disable-next-line eslint/no-console
      console.error(JSON.stringify({ level: "ERROR", event: "reader_count_failed", error: String(error) }));
    } finally {
      this.#counting = false;
    }
  }
}
