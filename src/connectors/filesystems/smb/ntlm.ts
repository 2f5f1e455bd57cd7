import { createHmac } from "node:crypto";
import { md4 } from "./md4.ts";

/** Who logs in. */
export interface NtlmLogin {
  domain: string;
  username: string;
  password: string;
}

/** What differs from one login to the next. */
export interface NtlmChance {
  /** 8 bytes. */
  clientChallenge: Uint8Array;
  /** Milliseconds UTC, for servers that do not tell theirs. */
  now: number;
}

export interface NtlmAnswer {
  authenticate: Buffer;
  /** Both sides know it; 16 bytes. */
  sessionKey: Buffer;
}

const SIGNATURE = Buffer.from("NTLMSSP\0", "latin1");
/**
 * Unicode, target, sign, NTLM, always sign, extended session security, target info, version, 128 and 56 bits
 * (MS-NLMP, 2.2.2.5). Without an exchange of keys, which only RC4 would protect.
 */
const FLAGS = (0x1 | 0x4 | 0x10 | 0x200 | 0x8000 | 0x80000 | 0x800000 | 0x2000000 | 0x20000000 | 0x80000000) >>> 0;
/** Any version, in the layout's revision 15. */
const VERSION = Buffer.from([10, 0, 0, 0, 0, 0, 0, 15]);
const AUTHENTICATE_BYTES = 88;
const MIC_OFFSET = 72;

const AV_END = 0;
const AV_FLAGS = 6;
const AV_TIMESTAMP = 7;
/** The message is protected by a MIC. */
const HAS_MIC = 0x2;

/** NEGOTIATE_MESSAGE (MS-NLMP, 2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  message.set(SIGNATURE);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(FLAGS, 12);
  message.set(VERSION, 32);
  return message;
}

/** The key of a user's answers: NTOWFv2 (MS-NLMP, 3.3.2). */
export function responseKey({ domain, username, password }: NtlmLogin): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(username.toUpperCase() + domain));
}

/** The answer of NTLMv2 to a challenge, and the session's base key (MS-NLMP, 3.3.2). */
export function computeResponse(
  key: Buffer,
  serverChallenge: Uint8Array,
  { clientChallenge, time, targetInfo }: { clientChallenge: Uint8Array; time: Uint8Array; targetInfo: Uint8Array },
) {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]);
  const temp = Buffer.concat([head, time, clientChallenge, Buffer.alloc(4), targetInfo, Buffer.alloc(4)]);
  const proof = hmacMd5(key, serverChallenge, temp);
  return { response: Buffer.concat([proof, temp]), sessionKey: hmacMd5(key, proof) };
}

/**
 * AUTHENTICATE_MESSAGE (MS-NLMP, 2.2.1.3) with NTLMv2, and with a MIC where the server tells its time; null for what is
 * no challenge. Throws a `RangeError` for one that is nonsense.
 */
export function answerChallenge(challenge: Buffer, login: NtlmLogin, chance: NtlmChance): NtlmAnswer | null {
  const start = challenge.indexOf(SIGNATURE);
  const message = challenge.subarray(start);
  if (start === -1 || message.length < 48 || message.readUInt32LE(8) !== 2) return null;
  const serverChallenge = message.subarray(24, 32);
  const infoFrom = message.readUInt32LE(44);
  const pairs = readPairs(message.subarray(infoFrom, infoFrom + message.readUInt16LE(40)));
  const timestamp = pairs.get(AV_TIMESTAMP);
  if (timestamp) {
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE((pairs.get(AV_FLAGS)?.readUInt32LE() ?? 0) | HAS_MIC);
    pairs.set(AV_FLAGS, flags);
  }
  const key = responseKey(login);
  const { clientChallenge } = chance;
  const time = timestamp ?? fileTime(chance.now);
  const answer = computeResponse(key, serverChallenge, { clientChallenge, time, targetInfo: writePairs(pairs) });
  // Who has the server's time sends no answer of the older kind.
  const old = timestamp
    ? Buffer.alloc(24)
    : Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
  const authenticate = authenticateMessage([old, answer.response, utf16(login.domain), utf16(login.username)]);
  if (timestamp) {
    const mic = hmacMd5(answer.sessionKey, negotiateMessage(), message, authenticate);
    authenticate.set(mic, MIC_OFFSET);
  }
  return { authenticate, sessionKey: answer.sessionKey };
}

/** Fields in the order of their descriptions; the workstation and the encrypted key are empty. */
function authenticateMessage(given: readonly Buffer[]): Buffer {
  const fields = [...given, Buffer.alloc(0), Buffer.alloc(0)];
  const fixed = Buffer.alloc(AUTHENTICATE_BYTES);
  fixed.set(SIGNATURE);
  fixed.writeUInt32LE(3, 8);
  let from = AUTHENTICATE_BYTES;
  for (const [index, field] of fields.entries()) {
    fixed.writeUInt16LE(field.length, 12 + index * 8);
    fixed.writeUInt16LE(field.length, 14 + index * 8);
    fixed.writeUInt32LE(from, 16 + index * 8);
    from += field.length;
  }
  fixed.writeUInt32LE(FLAGS, 60);
  fixed.set(VERSION, 64);
  return Buffer.concat([fixed, ...fields]);
}

/** What the server says of itself: AV_PAIRs by their ids (MS-NLMP, 2.2.2.1). */
function readPairs(bytes: Buffer): Map<number, Buffer> {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const [id, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (id === AV_END) break;
    pairs.set(id, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return pairs;
}

function writePairs(pairs: ReadonlyMap<number, Buffer>): Buffer {
  const written = [...pairs, [AV_END, Buffer.alloc(0)] as const].map(([id, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(written);
}

function fileTime(milliseconds: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(milliseconds) + 11_644_473_600_000n) * 10_000n);
  return time;
}

const utf16 = (text: string) => Buffer.from(text, "utf16le");

function hmacMd5(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const hmac = createHmac("md5", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
