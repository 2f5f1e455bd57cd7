import { inject } from "vitest";
import type { WorldOptions } from "./world.ts";

/** A world of the exchange server, as a test sees it. */
export interface TestWorld {
  id: string;
  baseUrl(exchange: string): string;
  change(options: WorldOptions): Promise<void>;
  /** Path and query of every request so far that an exchange understood. */
  requests(): Promise<string[]>;
}

declare module "vitest" {
  interface ProvidedContext {
    exchangeUrl: string;
  }
}

/** Makes a world of its own for a test; candles come from `candleAt(world.id, …)`. */
export async function openWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const server = inject("exchangeUrl");
  const id = crypto.randomUUID();
  const control = `${server}/control/worlds/${id}`;
  const change = async (changes: WorldOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  return {
    id,
    baseUrl: (exchange) => `${server}/worlds/${id}/${exchange}`,
    change,
    requests: async () => (await (await fetch(control)).json<{ requests: string[] }>()).requests,
  };
}
