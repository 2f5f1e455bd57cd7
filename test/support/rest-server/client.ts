import { inject } from "vitest";
import type { OpenSource, SourceIo } from "../../../src/connectors/sources/source.ts";
import { stripe } from "../../../src/connectors/sources/stripe.ts";
import { createRestWorld, type RestWorldOptions } from "./world.ts";
import { withoutSockets } from "../../connectors/sources/without-sockets.ts";

declare module "vitest" {
  interface ProvidedContext {
    restUrl: string;
  }
}

/** A Stripe of its own, as a test sees it. */
export interface StripeWorld {
  /** What `api_url` is set to. */
  url: string;
  key: string;
  open(config?: Record<string, unknown>, key?: string): OpenSource;
  change(options: RestWorldOptions): Promise<void>;
  /** Method, path and query of every request so far. */
  requests(): Promise<string[]>;
}

/** Makes a world for a test. */
export async function openStripeWorld(options: RestWorldOptions = {}): Promise<StripeWorld> {
  const id = crypto.randomUUID();
  const url = `${inject("restUrl")}/worlds/${id}`;
  const control = `${inject("restUrl")}/control/worlds/${id}`;
  const { key } = createRestWorld(options);
  const change = async (changes: RestWorldOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  return {
    url,
    key,
    change,
    open: (config = {}, given = key) => {
      const io: SourceIo = {
        fetch: (...call: Parameters<typeof fetch>) => fetch(...call),
        ...withoutSockets,
        now: () => Date.UTC(2024, 5, 1),
        secret: async () => given,
      };
      const opened = stripe.open?.(stripe.config.parse({ api_url: url, ...config }), io);
      if (!opened) throw new Error("stripe cannot be opened");
      return opened;
    },
    requests: async () => (await (await fetch(control)).json<{ requests: string[] }>()).requests,
  };
}
