import { AppError } from "../../../errors.ts";
import { notSupported, serverUnreachable } from "../failures.ts";
import { readerOf, writerOf } from "../ftp/socket-lines.ts";
import {
  COMMANDS,
  createPacketReader,
  decodePacket,
  encodePacket,
  framePacket,
  isOldProtocol,
  type SmbCommand,
  type SmbReply,
} from "./packets.ts";
import { sign, type Signer, takeSignature } from "./signing.ts";
import { STATUS, statusFailure } from "./statuses.ts";

export interface SmbRequest {
  command: SmbCommand;
  body: Buffer;
  /** What it is about, in messages. */
  path?: string;
  /** Bytes that are sent or asked for, which have to be paid for. */
  payload?: number;
  /** Statuses that are an answer, too. */
  accepted?: readonly number[];
}

/** A connection, on which one question is asked at a time. */
export interface SmbConnection {
  /** As messages call the server. */
  name: string;
  /** What later packets carry; changed by whoever logs in. */
  state: { session: bigint; tree: number; hasLargeReads: boolean; signer: Signer | null };
  /** Asks, and reads the answer; throws a `FilesystemFailure` for one that is an error or cannot be read. */
  ask<Answer>(request: SmbRequest, read: (reply: SmbReply) => Answer): Promise<Answer>;
  /** Bytes that one question may be about at present. */
  room(): number;
  close(): void;
}

/** Longer than any answer to what is asked. */
const MOST_BYTES = 9 * 1024 * 1024;
/** A piece that costs one credit (MS-SMB2, 3.1.5.2). */
const PIECE_BYTES = 64 * 1024;
const CREDITS_WANTED = 64;
const ANSWER_MS = 30_000;

/** Speaks SMB2 over a socket. */
export function createConnection(name: string, socket: Socket): SmbConnection {
  const writer = writerOf(socket);
  const next = createPacketReader(readerOf(socket), MOST_BYTES);
  const state: SmbConnection["state"] = { session: 0n, tree: 0, hasLargeReads: false, signer: null };
  let message = 0n;
  let credits = 1;
  let last: Promise<unknown> = Promise.resolve();
  const close = () => void socket.close().catch(() => undefined);

  const receive = async (command: SmbCommand, asked: bigint): Promise<SmbReply> => {
    for (;;) {
      const packet = await next();
      if (packet === null) throw serverUnreachable(name, "the connection was lost");
      if (isOldProtocol(packet)) throw notSupported(name, "speaks SMB1 only");
      const reply = decodePacket(packet);
      if (reply.message !== asked || reply.command !== COMMANDS[command]) throw new RangeError("is no answer to this");
      credits += reply.granted;
      // Such an answer says only that another one follows; it is not signed (MS-SMB2, 3.2.5.1.3).
      if (reply.status !== STATUS.pending) return reply;
    }
  };
  const run = async ({ command, body, payload = 0 }: SmbRequest): Promise<SmbReply> => {
    const { session, tree, hasLargeReads, signer } = state;
    const cost = Math.max(1, Math.ceil(payload / PIECE_BYTES));
    const asked = message;
    message += BigInt(cost);
    credits -= cost;
    const charge = hasLargeReads ? cost : 0;
    const is_signed = signer !== null;
    const header = { command, charge, wanted: CREDITS_WANTED, message: asked, tree, session, is_signed };
    const packet = encodePacket(header, body);
    if (signer) sign(packet, signer);
    const timer = setTimeout(close, ANSWER_MS);
    try {
      await writer.write(framePacket(packet));
      const reply = await receive(command, asked);
      // Whoever signs once may not stop: this is what keeps others out of the connection.
      if (signer && !(reply.is_signed && takeSignature(reply.packet, signer))) {
        throw serverUnreachable(name, "an answer has no valid signature");
      }
      return reply;
    } catch (error) {
      close();
      throw failureOf(name, error);
    } finally {
      clearTimeout(timer);
    }
  };
  const ask: SmbConnection["ask"] = async (request, read) => {
    const running = last.then(() => run(request));
    last = running.catch(() => undefined);
    const reply = await running;
    const { path = "", accepted = [] } = request;
    if (reply.status !== STATUS.ok && !accepted.includes(reply.status)) throw statusFailure(name, path, reply.status);
    try {
      return read(reply);
    } catch (error) {
      throw failureOf(name, error);
    }
  };
  return {
    ...{ name, state, ask, close },
    room: () => (state.hasLargeReads ? Math.max(1, credits) * PIECE_BYTES : PIECE_BYTES),
  };
}

/** Refusals stay what they are; the rest is a cut connection or an answer that is none. */
function failureOf(name: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  const reason = error instanceof RangeError ? "answered what cannot be read" : "the connection was lost";
  return serverUnreachable(name, reason, error);
}
