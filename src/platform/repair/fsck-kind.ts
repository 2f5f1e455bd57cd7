import { z } from "@hono/zod-openapi";
import type { JobKind } from "../jobs/define.ts";

export const fsckParams = z.object({
  /** Whether what is found is put right as far as that is safe; else nothing is changed. */
  repair: z.boolean(),
});

/** What starting a check of the storage needs to know of it; what it runs is known to the app alone. */
export const fsckKind = {
  type: "fsck",
  version: 1,
  domain: "platform",
  queue: "sync",
  params: fsckParams,
} as const satisfies JobKind<typeof fsckParams>;

/** Only one check is under way at a time. */
export const FSCK_SUBJECT = "fsck";
