import { createRoute, OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Env } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import { badRequest, unprocessable } from "../../errors.ts";
import { auditRoute, type RouteAudit } from "../audit/record-action.ts";
import { guardAccess } from "../auth/guard.ts";
import { limitBody } from "./body-limit.ts";
import { envelopeQuery, offerEnvelope } from "./envelope.ts";
import { errorResponse } from "./errors.ts";
import { rememberAnswer } from "./idempotency.ts";
import type { RateLimitDoor } from "./rate-limit.ts";
import { limitRate } from "./rate-limit.ts";

/** Who may call a route; the table is in the architecture, a test walks it. */
export type Access =
  | "public"
  | "account"
  | "admin"
  | "metrics"
  /** Signed in, then per-object rights decide in the verb. */
  | "member"
  /** Whoever presents a valid token, or nobody where some domain is open; the verb shows what they may see. */
  | "caller"
  | { domain: DomainName; action: "read" | "write" };

export interface AppEnv {
  Bindings: Env;
  Variables: { ctx: Context; requestId: string; route: string };
}

type RouteInput<P extends string> = Omit<RouteConfig, "path" | "security" | "middleware"> & {
  path: P;
  summary: string;
  tags: string[];
  access: Access;
  /** Streams its body under a cap of its own instead of the 1 MiB of every other route. */
  upload?: boolean;
  /** Starts a job: honours `Idempotency-Key`. */
  idempotent?: boolean;
  rateLimit?: RateLimitDoor;
  /** Of what the caller may run out; implied by `idempotent` for jobs and by `upload` for bytes. */
  quota?: "jobs" | "sources" | "sockets" | "bytes";
  /** What its success means for the audit, where the verb does not record that itself. */
  audit?: RouteAudit;
  /** Lays its JSON into `{ data, message, errors }` where `?envelope=true` asks for it. */
  envelope?: boolean;
};

const ERROR_TEXTS: Record<number, string> = {
  400: "A parameter, or a field of the body, is missing or wrong",
  401: "No token, or one that is invalid, expired or revoked",
  403: "Signed in, but not allowed",
  409: "A request with this `Idempotency-Key` is under way",
  413: "Request body too large, or more bytes than one may store",
  422: "A parameter, or a field of the body, is missing or wrong",
  429: "Too many requests, or as many as one may have: `message` names the limit",
  500: "Unexpected server error",
};

/**
 * A route with its access rule: adds the guards it needs and documents the errors they answer, so that
 * no route can be reached or described without them.
 */
export function defineRoute<const P extends string, const R extends RouteInput<P>>(input: R & RouteInput<P>) {
  const { access, upload = false, idempotent = false, envelope = false, rateLimit, quota, audit, ...route } = input;
  const hasBody = ["post", "put", "patch"].includes(route.method);
  const statuses = [422, 500];
  // Its document answers wrong requests so; bodies that are no JSON are 422 everywhere.
  if (typeof access === "object" && access.domain === "warehouse") statuses.push(400);
  if (access !== "public") statuses.push(401, 403);
  if (idempotent) statuses.push(409);
  if (hasBody || quota === "bytes") statuses.push(413);
  if (rateLimit || idempotent || (quota && quota !== "bytes")) statuses.push(429);
  const errors = Object.fromEntries(statuses.map((status) => [status, errorResponse(ERROR_TEXTS[status] ?? "Error")]));
  const middleware = [
    ...(envelope ? [offerEnvelope] : []),
    ...(rateLimit ? [limitRate(rateLimit)] : []),
    ...(hasBody && !upload ? [limitBody] : []),
    guardAccess(access),
    // Around the answer that is remembered: what was done is not done again because the audit could not be written.
    ...(audit ? [auditRoute(audit)] : []),
    ...(idempotent ? [rememberAnswer] : []),
  ];
  const request = {
    ...route.request,
    ...(route.request?.body ? { body: { required: true, ...route.request.body } } : {}),
    ...(idempotent ? { headers: idempotencyHeader } : {}),
    ...(envelope ? { query: withEnvelope(route.request?.query) } : {}),
  };
  const described = {
    ...route,
    request,
    responses: { ...errors, ...route.responses },
    middleware,
    security: access === "public" ? [] : [{ bearer: [] }, { password: [] }],
    "x-access": access,
    ...(audit ? { "x-audit": `${audit.action} ${audit.entity_type}` } : {}),
  };
  // The additions change no type that a handler reads, so the route keeps the type it was written with.
  return createRoute(described as unknown as R & { path: P; middleware: typeof middleware });
}

const withEnvelope = (query: unknown) =>
  query instanceof z.ZodObject ? query.extend(envelopeQuery.shape) : envelopeQuery;

const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: "Same key and body: same answer, nothing is started twice.", example: "3f0c1d2e-nightly" }),
});

interface RouterOptions {
  /** Status of a wrong parameter or body; the warehouse document says 400, all others 422. */
  validationStatus?: 400 | 422;
}

/** A router whose validation failures are our error body. */
export function createRouter({ validationStatus = 422 }: RouterOptions = {}) {
  return new OpenAPIHono<AppEnv>({
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      const errors = result.error.issues.map((issue) => ({ field: issue.path.join("."), message: issue.message }));
      if (validationStatus === 400) throw badRequest(unprocessable(errors).message, "VALIDATION_ERROR", errors);
      throw unprocessable(errors);
    },
  });
}

export type Router = ReturnType<typeof createRouter>;
