import type { Context } from "../../context.ts";
import { invalidTicket } from "../../errors.ts";
import type { Principal } from "../auth/principal.ts";
import { readTokenRevoked, readUserStanding } from "../auth/standing.ts";
import { getJob } from "../jobs/control.ts";
import { jobTopic, PLATFORM_TOPIC } from "./protocol.ts";
import { insertTicket, takeTicket } from "./tickets.store.ts";

const TICKET_SECONDS = 60;
const TICKET_BYTES = 32;

/**
 * A ticket with which the caller opens one socket on one topic within a minute, for browsers, which can set no
 * header on one. Throws 404 for the topic of a job that the caller may not see.
 */
export async function issueTicket(ctx: Context, topic: string) {
  const ticket = toBase64Url(crypto.getRandomValues(new Uint8Array(TICKET_BYTES)));
  const row = {
    ticket_hash: await hashTicket(ticket),
    topic: await nameTopic(ctx, topic),
    principal: ctx.principal,
    expires_at: ctx.now() + TICKET_SECONDS * 1000,
  };
  await insertTicket(ctx.db, row);
  return { ticket, expires_in: TICKET_SECONDS };
}

/** Uses a ticket up: whom it was given to, and for which topic. Throws `INVALID_TICKET`. */
export async function redeemTicket(ctx: Context, ticket: string): Promise<{ principal: Principal; topic: string }> {
  const [row] = await takeTicket(ctx.db, await hashTicket(ticket));
  if (!row || row.expires_at <= ctx.now() || !(await stillStands(ctx, row.principal))) throw invalidTicket();
  return { principal: row.principal, topic: row.topic };
}

/** A job goes by two ids; its topic by one. */
async function nameTopic(ctx: Context, topic: string): Promise<string> {
  if (topic === PLATFORM_TOPIC) return topic;
  const job = await getJob(ctx, topic.slice(jobTopic("").length));
  return jobTopic(job.id);
}

/** Blocking a user or revoking a token within the minute counts too. */
async function stillStands(ctx: Context, principal: Principal): Promise<boolean> {
  if (principal.kind === "token") return !(await readTokenRevoked(ctx, principal.id));
  if (principal.kind !== "user") return true;
  const user = await readUserStanding(ctx, principal.id);
  return user?.blocked_at === null;
}

async function hashTicket(ticket: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket));
  return toBase64Url(new Uint8Array(digest));
}

const toBase64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
