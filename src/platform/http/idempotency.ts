import { Buffer } from "node:buffer";
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { inProgress, unprocessable } from "../../errors.ts";
import { principalName } from "../auth/principal.ts";
import { HOUR_MS } from "../retention/purge.ts";
import { claimKey, findKey, freeKey, keepAnswer, type KeyRow } from "./idempotency.store.ts";
import type { AppEnv } from "./router.ts";

/** A request that has not answered by then was cut off; its key is free again. */
const LONGEST_REQUEST_MS = 5 * 60 * 1000;
const LONGEST_KEY = 255;
/** Header of an answer that was given before. */
export const REPLAYED = "Idempotency-Replayed";

interface StoredAnswer {
  content_type: string;
  body: string;
}

/**
 * Gives a POST with an `Idempotency-Key` its first answer again, marked `Idempotency-Replayed: true`, as long as the
 * principal, path, query and body are the same. Another body is 422, a first request under way 409 with
 * `Retry-After`. Only 2xx answers are kept; any other frees the key.
 */
export const rememberAnswer: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { ctx } = c.var;
  const key = c.req.header("Idempotency-Key");
  // A key of the wrong length is refused by the route's own schema, which runs after this.
  if (!key || key.length > LONGEST_KEY) return next();
  const now = ctx.now();
  const route = `${c.req.method} ${c.req.path}`;
  const claim = {
    principal: principalName(ctx.principal),
    route,
    key,
    body_hash: await hashRequest(c),
    created_at: now,
  };
  const [claimed] = await claimKey(
    ctx.db,
    claim,
    now - ctx.config.IDEMPOTENCY_RETENTION_HOURS * HOUR_MS,
    now - LONGEST_REQUEST_MS,
  );
  if (!claimed) return replay(await findKey(ctx.db, claim), claim.body_hash);
  await next();
  if (!c.res.ok) return void (await freeKey(ctx.db, claim));
  const answer: StoredAnswer = {
    content_type: c.res.headers.get("Content-Type") ?? "",
    body: await c.res.clone().text(),
  };
  await keepAnswer(ctx.db, claim, c.res.status, JSON.stringify(answer));
};

function replay(row: KeyRow | undefined, body_hash: string): Response {
  if (row && row.body_hash !== body_hash) {
    throw unprocessable([{ field: "idempotency-key", message: "was used with another body" }]);
  }
  if (!row || row.status === null || row.response === null) {
    throw inProgress("A request with this Idempotency-Key is under way", 1);
  }
  // Written by `rememberAnswer` alone.
  const { content_type, body } = JSON.parse(row.response) as StoredAnswer;
  const headers = { "Content-Type": content_type, [REPLAYED]: "true" };
  return new Response(body === "" ? null : body, { status: row.status, headers });
}

async function hashRequest(c: HonoContext<AppEnv>): Promise<string> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const query = new TextEncoder().encode(`${new URL(c.req.url).search}\n`);
  const digest = await crypto.subtle.digest("SHA-256", Buffer.concat([query, body]));
  return Buffer.from(digest).toString("hex");
}
