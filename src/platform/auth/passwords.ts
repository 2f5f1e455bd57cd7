import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

interface Cost {
  N: number;
  r: number;
  p: number;
}

/** About 30 ms and 16 MiB a hash; PBKDF2 at a safe count is refused by the runtime in production. */
const COST: Cost = { N: 16_384, r: 8, p: 1 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Stands where somebody else keeps the password: no password matches it. */
export const NO_PASSWORD = "none";

/** Hashes a password with scrypt (RFC 7914) as `scrypt$N$r$p$salt$hash`, so that the cost can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Compares in constant time; a `null` hash (nobody has that address) and `NO_PASSWORD` cost the same work and are false. */
export async function verifyPassword(password: string, encoded: string | null): Promise<boolean> {
  const known = encoded === null ? null : decode(encoded);
  const expected = known?.hash ?? Buffer.alloc(KEY_BYTES);
  const actual = await derive(password, known?.salt ?? randomBytes(SALT_BYTES), known?.cost ?? COST);
  return timingSafeEqual(actual, expected) && known !== null;
}

function decode(encoded: string): { cost: Cost; salt: Buffer; hash: Buffer } | null {
  if (encoded === NO_PASSWORD) return null;
  const [scheme, N, r, p, salt, hash] = encoded.split("$");
  if (scheme !== "scrypt" || !salt || !hash) throw new Error("A stored password hash has an unknown form");
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One spelling of accented letters, whatever the keyboard composed (RFC 8265, OpaqueString).
    scrypt(password.normalize("NFC"), salt, KEY_BYTES, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
