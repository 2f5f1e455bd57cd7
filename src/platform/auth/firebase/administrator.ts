import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import type { Context } from "../../../context.ts";
import { callFirebase, failed, refusedBy } from "./call.ts";
import { firebaseSettings } from "./settings.ts";

const SCOPE = "https://www.googleapis.com/auth/identitytoolkit";
const ASSERTION_SECONDS = 3600;
/** A token is renewed this long before it ends, so that a call on its way does not outlive it. */
const MARGIN_MS = 120_000;

const accountSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url().default("https://oauth2.googleapis.com/token"),
});
type ServiceAccount = z.infer<typeof accountSchema>;

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** Access tokens by the key that they were asked for with; per isolate. */
const known = new Map<string, { token: string; ends_at: number }>();

/** Whether accounts can be managed: by a service account, or in the emulator. */
export const canAdminister = ({ config }: Context): boolean =>
  config.FIREBASE_SERVICE_ACCOUNT !== "" || config.FIREBASE_AUTH_EMULATOR_HOST !== "";

/** Whether accounts can be managed, as a sentence for operators; null when they can. */
export const administratorProblem = (ctx: Context): string | null =>
  canAdminister(ctx) ? null : "FIREBASE_SERVICE_ACCOUNT is missing: nobody can be deleted there";

interface Administration {
  /** Last part of `projects/{project}/accounts:…`. */
  verb: "update" | "delete";
  body: Record<string, unknown> & { localId: string };
}

/** Changes or deletes an account as an administrator; one that is gone is done. Throws `FIREBASE_ERROR`. */
export async function administer(ctx: Context, { verb, body }: Administration): Promise<void> {
  const { identity_toolkit, project } = firebaseSettings(ctx);
  const { refusal } = await callFirebase(ctx, {
    operation: verb,
    url: `${identity_toolkit}/v1/projects/${encodeURIComponent(project)}/accounts:${verb}`,
    body,
    bearer: await readAccessToken(ctx),
    schema: z.looseObject({}),
  });
  if (refusal !== null && refusal !== "USER_NOT_FOUND") throw refusedBy(ctx, verb, refusal);
}

async function readAccessToken(ctx: Context): Promise<string> {
  if (ctx.config.FIREBASE_AUTH_EMULATOR_HOST !== "") return "owner";
  const key = ctx.config.FIREBASE_SERVICE_ACCOUNT;
  const remembered = known.get(key);
  if (remembered && ctx.now() < remembered.ends_at) return remembered.token;
  const account = readAccount(ctx, key);
  const assertion = await signAssertion(ctx, account);
  const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  const body = new URLSearchParams(grant);
  const asked = await callFirebase(ctx, { operation: "oauth", url: account.token_uri, body, schema: tokenSchema });
  if (!asked.body) throw failed(ctx, "oauth", { refusal: asked.refusal });
  const { access_token: token, expires_in } = asked.body;
  known.set(key, { token, ends_at: ctx.now() + expires_in * 1000 - MARGIN_MS });
  return token;
}

function readAccount(ctx: Context, text: string): ServiceAccount {
  try {
    return accountSchema.parse(JSON.parse(text));
  } catch {
    throw failed(ctx, "oauth", { reason: "FIREBASE_SERVICE_ACCOUNT is missing or no key of a service account" });
  }
}

/** RFC 7523, https://developers.google.com/identity/protocols/oauth2/service-account. */
async function signAssertion(ctx: Context, account: ServiceAccount): Promise<string> {
  const key = await importPKCS8(account.private_key, "RS256").catch(() => {
    throw failed(ctx, "oauth", { reason: "the private key of FIREBASE_SERVICE_ACCOUNT is not RSA in PEM (PKCS #8)" });
  });
  const issued_at = Math.floor(ctx.now() / 1000);
  return new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: account.private_key_id })
    .setIssuer(account.client_email)
    .setAudience(account.token_uri)
    .setIssuedAt(issued_at)
    .setExpirationTime(issued_at + ASSERTION_SECONDS)
    .sign(key);
}
