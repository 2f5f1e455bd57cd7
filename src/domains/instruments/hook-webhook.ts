import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError, upstreamFailed } from "../../errors.ts";
import { MASK } from "../../platform/audit/audit.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { fetchUserUrl } from "../../platform/outbound/fetch.ts";
import { signedHeaders } from "../../platform/outbound/webhook-signature.ts";
import { segmentProblem } from "../../platform/storage/segments.ts";
import type { HookAnswer, HookEvent } from "./hook-runner.ts";
import { type HookRow, hookResource } from "./hooks.ts";
import { readResourceSecrets } from "./resource-secrets.ts";

const TRIES = 3;
const LIMITS = { timeout_ms: 10_000, max_bytes: 65_536 };

const answerSchema = z.object({
  action: z.enum(["proceed", "skip", "redirect"]).default("proceed"),
  redirect_path: z
    .string()
    .max(1024)
    .refine((path) => path.split("/").every((segment) => segment === "" || segmentProblem(segment) === null))
    .optional(),
  message: z.string().max(1000).optional(),
  metadata_updates: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Posts the event, signed after Standard Webhooks 1.0 where the hook has a secret; three tries of ten seconds, under one
 * id. What answers may skip or redirect a file before its transfer, and add metadata. Throws 502 when nobody answers.
 */
export async function callWebhook(ctx: Context, hook: HookRow, event: HookEvent): Promise<HookAnswer> {
  const secrets = await readSecrets(ctx, hook);
  const body = JSON.stringify(describe(hook, event));
  const id = `${event.transfer_id}.${hook.id}`;
  const answer = readAnswer(await post(ctx, hook.webhook_url ?? "", { id, body, secrets }));
  const metadata = answer.metadata_updates;
  if (hook.trigger === "post_transfer" || answer.action === "proceed") return { metadata };
  if (answer.action === "skip") return { metadata, skip: answer.message ?? `Skipped by ${hook.name}` };
  if (answer.redirect_path === undefined) throw upstreamFailed("the webhook redirects without a redirect_path");
  const redirect_reason = answer.message ?? `Redirected by ${hook.name}`;
  return { metadata, redirect: answer.redirect_path, redirect_reason };
}

/** A hook that is not stored yet has its secret with it. */
async function readSecrets(ctx: Context, { id, config }: HookRow): Promise<string[]> {
  const given = config?.["secret"];
  const secret = given === MASK ? (await readResourceSecrets(ctx, hookResource.entity_type, id))["secret"] : given;
  return typeof secret === "string" ? [secret] : [];
}

const describe = (
  { name, trigger }: HookRow,
  { instrument, file, destination_path, metadata, dry_run }: HookEvent,
) => ({
  event: trigger,
  hook: name,
  ...(dry_run && { dry_run }),
  instrument,
  file: { ...file, mtime: isoTime(file.mtime) },
  destination_path,
  metadata,
});

async function post(
  ctx: Context,
  url: string,
  message: { id: string; body: string; secrets: string[] },
): Promise<string> {
  let failure: unknown;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const init = { method: "POST", headers: signedHeaders(message, ctx.now()), body: message.body };
      const response = await fetchUserUrl(ctx, url, init, LIMITS);
      const text = await response.text();
      if (response.ok) return text;
      failure = upstreamFailed(`the webhook answers ${response.status}`);
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      failure = error;
      if (!isWorthAnother(error)) break;
    }
  }
  throw failure;
}

/** Cut connections and silence; neither refusals nor a host that rests, nor faults of our own. */
const isWorthAnother = (error: unknown) =>
  error instanceof AppError && error.status === 502 && error.retry_after !== undefined;

function readAnswer(text: string): z.output<typeof answerSchema> {
  if (text.trim() === "") return answerSchema.parse({});
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw upstreamFailed("the webhook's answer is not what it must be");
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw upstreamFailed("the webhook's answer is not JSON");
  }
}
