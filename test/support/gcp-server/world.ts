/** Answers instead of what the server would have said. */
export interface Reply {
  /** Part of the address from the host on, such as `/pubsub.googleapis.com/v1/projects/p/topics`. */
  on: string;
  status?: number;
  body?: unknown;
  /** The text of the answer instead of a JSON body. */
  content?: string;
  headers?: Record<string, string>;
  /** Cuts the connection. */
  cut?: boolean;
  /** How often; always when absent. */
  times?: number;
}

export interface WorldOptions {
  /** `recorded` answers with recorded resources only; `synthetic` makes up three of each with every property filled. */
  answers?: "recorded" | "synthetic";
  /** Entries of a page, however many are asked for. */
  page_size?: number;
  /** APIs that are not switched on. */
  off?: string[];
  replies?: Reply[];
  /** Lifetime of an access token. */
  token_seconds?: number;
}

/** A Google of its own for one test. */
export interface World {
  options: Required<WorldOptions>;
  tokens: Set<string>;
  /** Methods that were called, with path and query, in order. */
  requests: { method: string; path: string }[];
  /** Requests that no discovery document knows, with the reason. */
  unknown: string[];
}

export const createWorld = (options: WorldOptions): World => ({
  options: { answers: "recorded", page_size: 2, off: [], replies: [], token_seconds: 3600, ...options },
  tokens: new Set(),
  requests: [],
  unknown: [],
});

/** The reply that is set for an address, used up by one. */
export function takeReply({ options }: World, address: string): Reply | undefined {
  const reply = options.replies.find(({ on, times = 1 }) => times > 0 && address.includes(on));
  if (reply?.times !== undefined) reply.times -= 1;
  return reply;
}
