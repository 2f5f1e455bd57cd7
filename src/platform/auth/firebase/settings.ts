import type { Config } from "../../../config.ts";
import type { Context } from "../../../context.ts";
import { failed } from "./call.ts";

/** Where Firebase answers; below the emulator's own address when one is configured. */
export interface FirebaseSettings {
  project: string;
  api_key: string;
  identity_toolkit: string;
  secure_token: string;
  /** JSON Web Keys that sign ID tokens; null for the emulator, whose tokens are unsigned. */
  keys: string | null;
  emulator: string | null;
}

const IDENTITY_TOOLKIT = "https://identitytoolkit.googleapis.com";
const SECURE_TOKEN = "https://securetoken.googleapis.com";
/** The keys of https://firebase.google.com/docs/auth/admin/verify-id-tokens, as JSON Web Keys. */
const KEYS = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/** Why Firebase cannot be asked at all, as a sentence for operators; null when it can. */
export function firebaseProblem(config: Config): string | null {
  if (config.FIREBASE_PROJECT_ID === "") return "FIREBASE_PROJECT_ID is missing";
  if (config.FIREBASE_AUTH_EMULATOR_HOST !== "") return null;
  return config.FIREBASE_API_KEY === "" ? "FIREBASE_API_KEY is missing" : null;
}

/** Throws `FIREBASE_ERROR` when something is missing: a token for no project in particular would count everywhere. */
export function firebaseSettings(ctx: Context): FirebaseSettings {
  const { config } = ctx;
  const problem = firebaseProblem(config);
  if (problem) throw failed(ctx, "settings", { reason: problem });
  const { FIREBASE_PROJECT_ID: project, FIREBASE_API_KEY, FIREBASE_AUTH_EMULATOR_HOST: host } = config;
  if (host !== "") {
    const emulator = `http://${host}`;
    return {
      project,
      // The emulator takes any key, but not none.
      api_key: FIREBASE_API_KEY || "emulator",
      identity_toolkit: `${emulator}/identitytoolkit.googleapis.com`,
      secure_token: `${emulator}/securetoken.googleapis.com`,
      keys: null,
      emulator,
    };
  }
  return {
    project,
    api_key: FIREBASE_API_KEY,
    identity_toolkit: withoutSlash(config.IDENTITY_TOOLKIT_URL || IDENTITY_TOOLKIT),
    secure_token: withoutSlash(config.SECURE_TOKEN_URL || SECURE_TOKEN),
    keys: config.FIREBASE_KEYS_URL || KEYS,
    emulator: null,
  };
}

const withoutSlash = (url: string) => url.replace(/\/+$/, "");
