import type { Context } from "../../context.ts";
import type { JobDefinitions } from "../jobs/define.ts";
export async function tick(_ctx: Context, _definitions: JobDefinitions, _scheduledTime: number): Promise<void> {}
