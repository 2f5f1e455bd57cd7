import { createCipheriv, createHmac, timingSafeEqual } from "node:crypto";

/** The signature of a packet whose signature is zero; 16 bytes. */
export type Signer = (packet: Uint8Array) => Buffer;

export const SIGNATURE_OFFSET = 48;
const SIGNATURE_BYTES = 16;
const BLOCK = 16;
const FIRST_OF_CMAC = 0x0300;

/** How packets of a dialect are signed (MS-SMB2, 3.1.4.1 and 3.1.4.2). */
export function createSigner(dialect: number, sessionKey: Uint8Array): Signer {
  if (dialect < FIRST_OF_CMAC) {
    return (packet) => createHmac("sha256", sessionKey).update(packet).digest().subarray(0, SIGNATURE_BYTES);
  }
  const key = deriveKey(sessionKey, "SMB2AESCMAC\0", "SmbSign\0");
  return (packet) => aesCmac(key, packet);
}

/** Signs a packet in its place. */
export function sign(packet: Buffer, signer: Signer): void {
  packet.set(signer(packet), SIGNATURE_OFFSET);
}

/** Whether the packet's signature is right; clears it. */
export function takeSignature(packet: Buffer, signer: Signer): boolean {
  const place = packet.subarray(SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_BYTES);
  const given = Buffer.from(place);
  place.fill(0);
  return timingSafeEqual(given, signer(packet));
}

/** 128 bits by a counter and HMAC-SHA256 (SP 800-108, 5.1). */
export function deriveKey(key: Uint8Array, label: string, context: string): Buffer {
  const input = Buffer.from(`\0\0\0\u0001${label}\0${context}\0\0\0\u0080`, "latin1");
  return createHmac("sha256", key).update(input).digest().subarray(0, BLOCK);
}

/** AES-CMAC (RFC 4493) with a key of 128 bits. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const whole = Math.max(0, Math.ceil(message.byteLength / BLOCK) - 1) * BLOCK;
  const rest = message.subarray(whole);
  const last = Buffer.alloc(BLOCK);
  last.set(rest);
  const first = double(encrypt(key, Buffer.alloc(BLOCK)));
  const isFull = rest.byteLength === BLOCK;
  if (!isFull) last[rest.byteLength] = 0x80;
  const mask = isFull ? first : double(first);
  for (const [index, byte] of mask.entries()) last[index] = (last[index] ?? 0) ^ byte;
  return encrypt(key, message.subarray(0, whole), last);
}

/** The last block of a chain that begins with zeros. */
function encrypt(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const cipher = createCipheriv("aes-128-cbc", key, Buffer.alloc(BLOCK)).setAutoPadding(false);
  let end: Buffer = Buffer.alloc(0);
  for (const part of parts) if (part.byteLength > 0) end = cipher.update(part);
  return end.subarray(-BLOCK);
}

/** Multiplies by x in GF(2^128) (RFC 4493, 2.3). */
function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK);
  for (let index = 0; index < BLOCK; index += 1) {
    doubled[index] = ((block[index] ?? 0) << 1) | ((block[index + 1] ?? 0) >> 7);
  }
  if ((block[0] ?? 0) & 0x80) doubled[BLOCK - 1] = (doubled[BLOCK - 1] ?? 0) ^ 0x87;
  return doubled;
}
