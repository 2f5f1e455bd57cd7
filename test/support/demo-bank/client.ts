import { inject } from "vitest";
import type { DemoBankOptions, DemoBankReport } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    demoBankUrl: string;
  }
}

/** A demo bank of its own, as a test sees it. */
export interface DemoBankClient {
  /** What `BANK_URLS` names for it. */
  url: string;
  change(options: DemoBankOptions): Promise<void>;
  /** What it saw so far. */
  report(): Promise<DemoBankReport>;
}

/** Makes a bank for a test; `server` is where it is, unless the suite started one for all. */
export async function openDemoBank(
  options: DemoBankOptions = {},
  server: string = inject("demoBankUrl"),
): Promise<DemoBankClient> {
  const id = crypto.randomUUID();
  const control = `${server}/control/worlds/${id}`;
  const change = async (changes: DemoBankOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  return {
    url: `${server}/worlds/${id}`,
    change,
    report: async () => (await (await fetch(control)).json()) as DemoBankReport,
  };
}
