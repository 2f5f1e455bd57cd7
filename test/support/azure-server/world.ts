/** What goes wrong with requests whose path and query contain `on`. */
export interface Fault {
  on: string;
  /** How many requests it spoils; all when absent. */
  times?: number;
  /** Closes the connection instead of answering. */
  disconnect?: boolean;
  status?: number;
  headers?: Record<string, string>;
  /** As it is sent; `{}` when absent. */
  body?: string;
}

/** How one world of the server behaves. */
export interface WorldOptions {
  subscription?: string;
  tenant_id?: string;
  client_id?: string;
  client_secret?: string;
  /** Entries of a list on one page. */
  page_size?: number;
  /** Seconds that tokens are said to live. */
  expires_in?: number;
  /** Bodies by path below the subscription, in place of Microsoft's examples. */
  answers?: Record<string, Record<string, unknown>>;
  faults?: Fault[];
  /** Whether tokens given out so far are no longer taken. */
  revoke?: boolean;
}

export interface World extends Required<Omit<WorldOptions, "revoke">> {
  tokens: Set<string>;
  /** Method, path and query of every request so far. */
  requests: string[];
}

/** A world before anything was asked of it. */
export const createWorld = (options: WorldOptions): World => ({
  subscription: "6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e",
  tenant_id: "contoso.example",
  client_id: "2b8c1a5e-6d7f-4b3a-9c0d-1e2f3a4b5c6d",
  client_secret: "only-for-tests",
  page_size: 1,
  expires_in: 3600,
  answers: {},
  faults: [],
  ...options,
  tokens: new Set(),
  requests: [],
});

/** The fault that spoils this request, counted down. */
export function takeFault(world: World, request: string): Fault | null {
  const fault = world.faults.find(({ on, times = Infinity }) => times > 0 && request.includes(on));
  if (fault?.times !== undefined) fault.times -= 1;
  return fault ?? null;
}
