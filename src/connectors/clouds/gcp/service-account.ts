import { z } from "zod";
import { unprocessable } from "../../../errors.ts";

const keyFileSchema = z.object({
  type: z.literal("service_account", { error: "must be the key of a service account" }).default("service_account"),
  client_email: z.email(),
  private_key: z
    .string()
    .regex(
      /-----BEGIN PRIVATE KEY-----[^]+-----END PRIVATE KEY-----/,
      "must be a PEM that begins with BEGIN PRIVATE KEY",
    ),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  // The signed assertion goes there.
  token_uri: z
    .url({ protocol: /^https$/, hostname: /(^|\.)google(apis)?\.com$/, error: "must be a https address of Google" })
    .default("https://oauth2.googleapis.com/token"),
});
/** The parts of a service account's key file that are used. */
export type ServiceAccount = z.infer<typeof keyFileSchema>;

const jsonText = z.string().transform((content, ctx): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    ctx.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});

/** A service account's key file, as an object or as its JSON text; its address is shown beside it. */
export const credentialsSchema = z
  .object({ service_account: z.union([jsonText, z.record(z.string(), z.unknown())]).pipe(keyFileSchema) })
  .transform(({ service_account }) => ({ client_email: service_account.client_email, service_account }));

/** Reads stored credentials. Throws `unprocessable` that names the wrong parts but never their values. */
export function readServiceAccount(credentials: Record<string, unknown>): ServiceAccount {
  const result = credentialsSchema.safeParse(credentials);
  if (result.success) return result.data.service_account;
  throw unprocessable(result.error.issues.map(({ path, message }) => ({ field: path.join("."), message })));
}
