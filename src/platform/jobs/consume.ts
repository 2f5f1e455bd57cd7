import type { Context } from "../../context.ts";
import type { JobDefinitions } from "./define.ts";
import type { JobMessage } from "./queues.ts";
export async function consumeMessage(
  _ctx: Context,
  _definitions: JobDefinitions,
  _queue: string,
  _message: Message<JobMessage>,
): Promise<void> {}
