import { inject } from "vitest";
import type { HookReply, ReceivedCall } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    webhookUrl: string;
  }
}

/** A receiver of its own, as a test sees it. */
export interface WebhookReceiver {
  url: string;
  answer(...replies: HookReply[]): Promise<void>;
  calls(): Promise<ReceivedCall[]>;
  /** What came, verified by the `standardwebhooks` package; throws where a signature is wrong. */
  verified(secret: string): Promise<{ id: string; message: unknown }[]>;
}

/** Makes a receiver for a test. */
export async function openWebhookReceiver(...replies: HookReply[]): Promise<WebhookReceiver> {
  const path = `worlds/${crypto.randomUUID()}`;
  const control = `${inject("webhookUrl")}/control/${path}`;
  const answer = async (...given: HookReply[]) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(given) });
    await response.body?.cancel();
  };
  await answer(...replies);
  return {
    url: `${inject("webhookUrl")}/${path}`,
    answer,
    calls: async () => (await fetch(control)).json<ReceivedCall[]>(),
    verified: async (secret) => {
      const response = await fetch(control, { method: "POST", body: secret });
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    },
  };
}
