import { z } from "zod";
import type { Context } from "../../../context.ts";
import { callFirebase } from "./call.ts";
import { readKeys } from "./keys.ts";
import { firebaseProblem, firebaseSettings } from "./settings.ts";

/** The keys are read again for the health page when they are older. */
const KEYS_AGE_MS = 60_000;

/** Why Firebase cannot be used, as a sentence; null when it answers. Throws `FIREBASE_ERROR` when it does not. */
export async function findFirebaseProblem(ctx: Context): Promise<string | null> {
  const problem = firebaseProblem(ctx.config);
  if (problem) return problem;
  const { keys, emulator } = firebaseSettings(ctx);
  if (keys !== null) await readKeys(ctx, keys, KEYS_AGE_MS);
  else await callFirebase(ctx, { operation: "health", url: `${emulator}/`, schema: z.unknown() });
  return null;
}
