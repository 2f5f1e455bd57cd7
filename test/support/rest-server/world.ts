/** What goes wrong with requests whose path and query contain `on`. */
export interface RestFault {
  on: string;
  /** How many requests it spoils; all when absent. */
  times?: number;
  status?: number;
  headers?: Record<string, string>;
  /** Sends the first half of the page and closes the connection. */
  cut?: boolean;
}

/** How a Stripe of its own behaves. */
export interface RestWorldOptions {
  key?: string;
  /** Objects of each list. */
  count?: number;
  /** Whether a new object appears after every page. */
  grows?: boolean;
  /** Whether fields that are null in the example have a text, so that objects have all their columns. */
  filled?: boolean;
  faults?: RestFault[];
}

export interface RestWorld extends Required<RestWorldOptions> {
  /** Method, path and query of every request so far. */
  requests: string[];
}

/** A world before anything was asked of it. */
export const createRestWorld = (options: RestWorldOptions): RestWorld => ({
  key: "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
  count: 250,
  grows: false,
  filled: false,
  faults: [],
  ...options,
  requests: [],
});

/** The fault that spoils this request, counted down. */
export function takeRestFault(world: RestWorld, request: string): RestFault | null {
  const fault = world.faults.find(({ on, times = Infinity }) => times > 0 && request.includes(on));
  if (fault?.times !== undefined) fault.times -= 1;
  return fault ?? null;
}
