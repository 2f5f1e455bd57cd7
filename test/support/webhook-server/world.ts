/** What a receiver answers to one call. */
export interface HookReply {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  /** Closes the connection instead. */
  cut?: boolean;
  /** Never answers. */
  hang?: boolean;
}

export interface ReceivedCall {
  headers: Record<string, string>;
  body: string;
}

/** A receiver of webhooks. */
export interface HookWorld {
  /** One after the other; the last one from then on, an empty 200 where there is none. */
  replies: HookReply[];
  calls: ReceivedCall[];
}
