import type { Context } from "../../context.ts";
import { describeError } from "../http/log.ts";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The link in the text; all that a console without a mail API shows. */
  link?: string;
}

const LONGEST_WAIT_MS = 10_000;

/** Sends a mail through the configured API; a fault is logged and never reaches the caller. */
export async function sendMail(ctx: Context, { to, subject, text, link }: Mail): Promise<void> {
  const { MAIL_API_URL, MAIL_API_TOKEN, MAIL_FROM, ENVIRONMENT } = ctx.config;
  if (MAIL_API_URL === "") {
    if (ENVIRONMENT === "local" && link) console.log(`${subject} (${to}): ${link}`);
    else ctx.log.warning("mail_not_configured", { subject });
    return;
  }
  try {
    const response = await ctx.fetch(MAIL_API_URL, {
      method: "POST",
      headers: { Authorization: `Bearer ${MAIL_API_TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({ from: MAIL_FROM, to, subject, text }),
      signal: AbortSignal.timeout(LONGEST_WAIT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) ctx.log.error("mail_failed", { status: response.status });
  } catch (error) {
    ctx.log.error("mail_failed", describeError(error));
  }
}
