import type { Context } from "../../context.ts";
import { badRequest, invalidTicket, missingToken, upgradeRequired } from "../../errors.ts";
import { authenticate } from "../auth/authenticate.ts";
import { isOpenDomain } from "../auth/principal.ts";
import { hasEnded, jobFrameData } from "../jobs/announce.ts";
import { getJob, jobAudience } from "../jobs/control.ts";
import { type Join, jobTopic, PLATFORM_TOPIC } from "./protocol.ts";
import { joinSeated } from "./seats.ts";
import { redeemTicket } from "./tickets.ts";

export interface WatchInput {
  /** As it came in: it says by headers who asks, and how the events shall travel. */
  request: Request;
  after?: string | undefined;
  ticket?: string | undefined;
}

/**
 * The progress of a job as a socket or stream, which ends with the job. Everything that speaks against it is
 * thrown before the upgrade: 400 token in the URL, 401, 404 a job the caller may not see, 426, 429.
 */
export async function watchJob(ctx: Context, jobId: string, input: WatchInput): Promise<Response> {
  const upgrade = readTransport(input.request);
  const ticketTopic = await identify(ctx, input);
  const job = await getJob(ctx, jobId);
  const topic = jobTopic(job.id);
  if (ticketTopic !== null && ticketTopic !== topic) throw invalidTicket();
  const state = {
    type: "progress",
    domain: job.domain,
    owner: job.created_by,
    data: jobFrameData(job),
    at: ctx.now(),
    last: hasEnded(job),
  };
  return joinSeated(ctx, topic, { audience: null, after: readPlace(input), state }, upgrade);
}

/** The events of the whole platform, as far as the caller may see them; throws 400, 401, 426 and 429 like `watchJob`. */
export async function watchPlatform(ctx: Context, input: WatchInput): Promise<Response> {
  const upgrade = readTransport(input.request);
  const ticketTopic = await identify(ctx, input);
  if (ticketTopic !== null && ticketTopic !== PLATFORM_TOPIC) throw invalidTicket();
  const join: Join = { audience: jobAudience(ctx), after: readPlace(input), state: null };
  return joinSeated(ctx, PLATFORM_TOPIC, join, upgrade);
}

/** Whether the request asks for a WebSocket; if not, it must ask for a stream. */
function readTransport(request: Request): boolean {
  const parameters = new URL(request.url).searchParams;
  if (parameters.has("token") || parameters.has("access_token")) {
    throw badRequest("A URL is no place for a token: ask POST /ws/ticket for a ticket", "TOKEN_IN_URL");
  }
  if (request.headers.get("Upgrade")?.toLowerCase() === "websocket") return true;
  if (request.headers.get("Accept")?.includes("text/event-stream")) return false;
  throw upgradeRequired("Open this as a WebSocket, or accept text/event-stream");
}

/** Finds out who asks, by ticket or by token; returns the topic that a ticket is for. */
async function identify(ctx: Context, { request, ticket }: WatchInput): Promise<string | null> {
  if (ticket !== undefined) {
    const redeemed = await redeemTicket(ctx, ticket);
    ctx.principal = redeemed.principal;
    return redeemed.topic;
  }
  ctx.principal = await authenticate(ctx, request);
  if (ctx.principal.kind === "anonymous" && !ctx.config.ANONYMOUS_ACCESS.some(isOpenDomain)) throw missingToken();
  return null;
}

/** An EventSource comes back with the URL it began with, so what its header says is newer. */
const readPlace = ({ request, after }: WatchInput) => request.headers.get("Last-Event-ID") ?? after ?? null;
