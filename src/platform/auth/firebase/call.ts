import { z } from "zod";
import type { Context } from "../../../context.ts";
import { AppError, firebaseFailed, rateLimited, userBlocked } from "../../../errors.ts";
import { callHost } from "../../outbound/call.ts";

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;
/** Firebase does not say when it takes the next attempt. */
const PAUSE_SECONDS = 60;

interface FirebaseCall<Schema extends z.ZodType> {
  /** For the log, which must see no address of the call: it holds the key. */
  operation: string;
  url: string;
  body?: Record<string, unknown> | URLSearchParams;
  /** OAuth token of an administrator. */
  bearer?: string;
  schema: Schema;
}

/** What Firebase answered, or the code by which it refused, such as `EMAIL_EXISTS`. */
export type FirebaseAnswer<T> = { body: T; refusal: null } | { body: null; refusal: string };

/** `WEAK_PASSWORD : Password should be …` is a code and a sentence; other refusals are sentences only. */
const refusalSchema = z.object({
  error: z.object({
    message: z
      .string()
      .regex(/^[A-Z][A-Z_]+( :|$)/)
      .transform((message) => message.split(" ", 1)[0] ?? ""),
  }),
});

/**
 * Calls Identity Toolkit, the token service or Google's OAuth. Throws `FIREBASE_ERROR` when it is down or answers
 * anything but what the schema says or a refusal with a code; the log gets operation and status only.
 */
export async function callFirebase<Schema extends z.ZodType>(
  ctx: Context,
  { operation, url, body, bearer, schema }: FirebaseCall<Schema>,
): Promise<FirebaseAnswer<z.output<Schema>>> {
  const { status, json } = await exchange(ctx, operation, url, { body, bearer });
  if (status === 200) {
    const answer = schema.safeParse(json);
    if (answer.success) return { body: answer.data, refusal: null };
  }
  const refused = refusalSchema.safeParse(json);
  if (status === 400 && refused.success) return { body: null, refusal: refused.data.error.message };
  throw failed(ctx, operation, { status });
}

/** The error for a refusal that the operation itself has no meaning for. */
export function refusedBy(ctx: Context, operation: string, refusal: string): AppError {
  if (refusal === "USER_DISABLED") return userBlocked();
  if (refusal === "TOO_MANY_ATTEMPTS_TRY_LATER") return rateLimited(PAUSE_SECONDS);
  return failed(ctx, operation, { refusal });
}

export function failed(ctx: Context, operation: string, fields: Record<string, string | number>): AppError {
  ctx.log.error("firebase_failed", { operation, ...fields });
  return firebaseFailed();
}

async function exchange(
  ctx: Context,
  operation: string,
  url: string,
  { body, bearer }: Pick<FirebaseCall<z.ZodType>, "body" | "bearer">,
): Promise<{ status: number; json: unknown }> {
  const headers = new Headers();
  if (bearer !== undefined) headers.set("Authorization", `Bearer ${bearer}`);
  const isForm = body instanceof URLSearchParams;
  if (body && !isForm) headers.set("Content-Type", "application/json");
  const init = body ? { method: "POST", headers, body: isForm ? body : JSON.stringify(body) } : { headers };
  try {
    const response = await callHost(ctx, url, init, {
      timeout_ms: TIMEOUT_MS,
      max_bytes: MOST_BYTES,
      deadline: AbortSignal.timeout(TIMEOUT_MS),
      whole: true,
      onSettled: (outcome) => {
        if (outcome === "fault") ctx.metrics.upstreamError(new URL(url).host);
      },
    });
    return { status: response.status, json: await response.json().catch(() => null) };
  } catch (error) {
    // Only the platform's own errors are known to hold no address.
    throw failed(ctx, operation, { reason: error instanceof AppError ? error.message : "the call failed" });
  }
}
