import { Buffer } from "node:buffer";
import type { Config } from "../../config.ts";
import { unavailable } from "../../errors.ts";

/** What a sealed secret belongs to; it opens only under the same three values. */
export interface SecretIdentity {
  /** Principal or resource whose secret it is. */
  owner: string;
  /** What it is used for, such as `bank-login`. */
  purpose: string;
  id: string;
}

export interface SealedSecret {
  /** `v1.<key version>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
  sealed: string;
  key_version: number;
}

export interface Vault {
  /** Seals under the current key; throws `unavailable` when `VAULT_KEYS` is missing or malformed. */
  seal(identity: SecretIdentity, plaintext: string): Promise<SealedSecret>;
  /** Opens under the key that the envelope names; throws `unavailable` naming the version when that fails. */
  open(identity: SecretIdentity, sealed: string): Promise<string>;
  /** Version of the key that seals; throws as `seal` does. */
  currentVersion(): number;
  /** Versions of all configured keys, the current one first; throws as `seal` does. */
  versions(): number[];
}

const KEY_BYTES = 32;
/** NIST SP 800-38D, 8.2.2: 96 random bits; one key stays far below 2^32 seals. */
const NONCE_BYTES = 12;
const KEY_ENTRY = /^(\d{1,9}):([\w+/-]+={0,2})$/;
const ENVELOPE = /^v1\.(\d{1,9})\.([\w-]{16})\.([\w-]+)$/;

type Keys = ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

/** A vault of AES-256-GCM over the keys of `VAULT_KEYS`; keys are read on first use, so that making one costs nothing. */
export function createVault(keysText: string): Vault {
  let parsed: Keys | undefined;
  const keys = () => (parsed ??= requireKeys(keysText));
  const currentVersion = () => requireFirst(keys());
  return {
    currentVersion,
    versions: () => [...keys().keys()],
    async seal(identity, plaintext) {
      const version = currentVersion();
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const algorithm = { name: "AES-GCM", iv: nonce, additionalData: associatedData(identity) };
      const key = await importKey(keys(), version, "encrypt");
      const ciphertext = await crypto.subtle.encrypt(algorithm, key, new TextEncoder().encode(plaintext));
      return { sealed: `v1.${version}.${toBase64Url(nonce.buffer)}.${toBase64Url(ciphertext)}`, key_version: version };
    },
    async open(identity, sealed) {
      const [, versionText, nonceText, ciphertextText] = ENVELOPE.exec(sealed) ?? [];
      if (!versionText || !nonceText || !ciphertextText) throw unavailable("A stored secret is not a sealed envelope");
      const version = Number(versionText);
      const key = await importKey(keys(), version, "decrypt");
      const iv = fromBase64Url(nonceText);
      const algorithm = { name: "AES-GCM", iv, additionalData: associatedData(identity) };
      const plaintext = await crypto.subtle.decrypt(algorithm, key, fromBase64Url(ciphertextText)).catch(() => {
        throw unavailable(`A stored secret does not open under the vault key with version ${version}`);
      });
      return new TextDecoder().decode(plaintext);
    },
  };
}

/** What is wrong with `VAULT_KEYS`, in a sentence that holds no key; null when it is well-formed. */
export function vaultProblem(config: Pick<Config, "VAULT_KEYS">): string | null {
  const keys = parseKeys(config.VAULT_KEYS);
  return typeof keys === "string" ? keys : null;
}

function parseKeys(text: string): Keys | string {
  const keys = new Map<number, Uint8Array<ArrayBuffer>>();
  if (text.trim() === "") return "VAULT_KEYS is missing";
  for (const [index, entry] of text.split(",").entries()) {
    const [, versionText, keyText] = KEY_ENTRY.exec(entry.trim()) ?? [];
    if (!versionText || !keyText) return `Entry ${index + 1} of VAULT_KEYS is not a version and a key in base64`;
    const version = Number(versionText);
    const key = Uint8Array.from(Buffer.from(keyText, "base64"));
    if (key.byteLength !== KEY_BYTES) return `The key with version ${version} in VAULT_KEYS is not ${KEY_BYTES} bytes`;
    if (keys.has(version)) return `VAULT_KEYS has version ${version} twice`;
    keys.set(version, key);
  }
  return keys;
}

function requireKeys(text: string): Keys {
  const keys = parseKeys(text);
  if (typeof keys === "string") throw unavailable(keys);
  return keys;
}

function requireFirst(keys: Keys): number {
  for (const version of keys.keys()) return version;
  throw unavailable("VAULT_KEYS is missing");
}

function importKey(keys: Keys, version: number, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  const key = keys.get(version);
  if (!key) throw unavailable(`The vault key with version ${version} is missing from VAULT_KEYS`);
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [usage]);
}

/** JSON keeps the three apart whatever characters they hold. */
function associatedData({ owner, purpose, id }: SecretIdentity): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(JSON.stringify(["catchment-vault-v1", owner, purpose, id])));
}

const toBase64Url = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64url");
const fromBase64Url = (text: string) => Uint8Array.from(Buffer.from(text, "base64url"));
