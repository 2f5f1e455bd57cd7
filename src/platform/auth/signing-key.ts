import type { Config } from "../../config.ts";
import { unavailable } from "../../errors.ts";

const LEAST_BYTES = 32;
/** Placeholders of tutorials and templates, compared on letters and digits only. */
const KNOWN_DEFAULTS = ["yoursecretkey", "yourjwtsecret", "your256bitsecret", "changeme", "changethis", "secretkey"];
const SHORT_DEFAULTS = ["secret", "password", "jwtsecret", "default"];

/** Why tokens cannot be signed safely, as a sentence for operators; null when they can. */
export function signingKeyProblem(config: Pick<Config, "JWT_SECRET_KEY">): string | null {
  const [current = "", previous, ...more] = config.JWT_SECRET_KEY.split(",");
  if (current === "") return "JWT_SECRET_KEY is missing";
  if (more.length > 0) return "JWT_SECRET_KEY takes two values at most";
  for (const key of previous === undefined ? [current] : [current, previous]) {
    if (isKnownDefault(key)) return "JWT_SECRET_KEY is a known default";
    if (encode(key).byteLength < LEAST_BYTES) return `JWT_SECRET_KEY is shorter than ${LEAST_BYTES} bytes`;
  }
  return null;
}

export interface SigningKeys {
  current: Uint8Array;
  /** The current key first, then the one that only verifies while tokens signed with it live on. */
  accepted: [Uint8Array, ...Uint8Array[]];
}

/** Throws 503 `UNAVAILABLE` while the key is missing or weak: a guessable key would let anyone in. */
export function signingKeys(config: Pick<Config, "JWT_SECRET_KEY">): SigningKeys {
  const problem = signingKeyProblem(config);
  if (problem) throw unavailable(`${problem}: nobody can sign in until it is set`);
  const [current = "", ...previous] = config.JWT_SECRET_KEY.split(",");
  const key = encode(current);
  return { current: key, accepted: [key, ...previous.map(encode)] };
}

function isKnownDefault(key: string): boolean {
  const letters = key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return SHORT_DEFAULTS.includes(letters) || KNOWN_DEFAULTS.some((known) => letters.startsWith(known));
}

const encode = (text: string) => new TextEncoder().encode(text);
