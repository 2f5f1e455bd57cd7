/** Commands by their numbers (MS-SMB2, 2.2.1.2). */
export const COMMANDS = {
  negotiate: 0,
  session_setup: 1,
  tree_connect: 3,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  query_directory: 14,
  query_info: 16,
  set_info: 17,
} as const;
export type SmbCommand = keyof typeof COMMANDS;

/** What stands before every body (MS-SMB2, 2.2.1.2). */
export interface SmbHeader {
  command: SmbCommand;
  /** How many pieces of 64 KiB are paid for; 0 in the first dialect. */
  charge: number;
  /** Pieces that are asked for. */
  wanted: number;
  message: bigint;
  tree: number;
  session: bigint;
  is_signed: boolean;
}

/** A packet that came. */
export interface SmbReply {
  command: number;
  status: number;
  /** Pieces of 64 KiB that may be asked for from now on, besides those before. */
  granted: number;
  message: bigint;
  session: bigint;
  tree: number;
  is_signed: boolean;
  /** From the header on: offsets in bodies begin there. */
  packet: Buffer;
  body: Buffer;
}

export const HEADER_BYTES = 64;
const PROTOCOL = 0x424d53fe;
const OLD_PROTOCOL = 0x424d53ff;
const LENGTH_BYTES = 4;
const IS_ANSWER = 0x1;
const IS_SIGNED = 0x8;

/** A packet without its signature. */
export function encodePacket(header: SmbHeader, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt32LE(PROTOCOL);
  head.writeUInt16LE(HEADER_BYTES, 4);
  head.writeUInt16LE(header.charge, 6);
  head.writeUInt16LE(COMMANDS[header.command], 12);
  head.writeUInt16LE(header.wanted, 14);
  head.writeUInt32LE(header.is_signed ? IS_SIGNED : 0, 16);
  head.writeBigUInt64LE(header.message, 24);
  head.writeUInt32LE(header.tree, 36);
  head.writeBigUInt64LE(header.session, 40);
  return Buffer.concat([head, body]);
}

/** Throws a `RangeError` for what is no packet. */
export function decodePacket(packet: Buffer): SmbReply {
  const flags = packet.readUInt32LE(16);
  if (packet.readUInt32LE() !== PROTOCOL || (flags & IS_ANSWER) === 0) throw new RangeError("is no answer");
  return {
    command: packet.readUInt16LE(12),
    status: packet.readUInt32LE(8),
    granted: packet.readUInt16LE(14),
    message: packet.readBigUInt64LE(24),
    session: packet.readBigUInt64LE(40),
    tree: packet.readUInt32LE(36),
    is_signed: (flags & IS_SIGNED) !== 0,
    packet,
    body: packet.subarray(HEADER_BYTES),
  };
}

/** Whether the server speaks only what was before SMB2. */
export const isOldProtocol = (packet: Buffer) => packet.length >= 4 && packet.readUInt32LE() === OLD_PROTOCOL;

/** A packet as it goes over TCP (MS-SMB2, 2.1). */
export function framePacket(packet: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(packet.length);
  return Buffer.concat([length, packet]);
}

/** Reads packet after packet; null at the end of the connection. Throws a `RangeError` for one that is too large. */
export function createPacketReader(reader: ReadableStreamDefaultReader<Uint8Array>, mostBytes: number) {
  let waiting: Uint8Array = new Uint8Array(0);
  const take = async (bytes: number): Promise<Buffer | null> => {
    const taken = Buffer.alloc(bytes);
    for (let filled = 0; filled < bytes;) {
      if (waiting.byteLength === 0) {
        const { value } = await reader.read();
        if (!value) return null;
        waiting = value;
      }
      const part = waiting.subarray(0, bytes - filled);
      taken.set(part, filled);
      filled += part.byteLength;
      waiting = waiting.subarray(part.byteLength);
    }
    return taken;
  };
  return async (): Promise<Buffer | null> => {
    const length = (await take(LENGTH_BYTES))?.readUInt32BE();
    if (length === undefined) return null;
    if (length > mostBytes) throw new RangeError("is larger than it may be");
    return take(length);
  };
}
