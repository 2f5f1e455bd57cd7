import { accessRefused, notSupported } from "../failures.ts";
import type { FilesystemIo } from "../filesystem.ts";
import type { SmbSettings } from "../smb.ts";
import { createConnection, type SmbConnection } from "./connection.ts";
import { answerChallenge, negotiateMessage } from "./ntlm.ts";
import { HEADER_BYTES, type SmbReply } from "./packets.ts";
import { createSigner, takeSignature } from "./signing.ts";
import { STATUS } from "./statuses.ts";

/** A share that is connected to. */
export interface SmbSession extends Pick<SmbConnection, "name" | "ask" | "room" | "close"> {
  /** Most bytes of one answer, as the server says. */
  mostRead: number;
  mostWritten: number;
}

/** 2.0.2, 2.1, 3.0 and 3.0.2 (MS-SMB2, 2.2.3). */
const DIALECTS = [0x0202, 0x0210, 0x0300, 0x0302];
const FIRST_WITH_LARGE_READS = 0x0210;
const LARGE_READS = 0x4;
const ENCRYPTION = 0x40;
const SIGNING_ENABLED = 1;
const SIGNING_REQUIRED = 2;
const IS_GUEST = 0x1 | 0x2;
const ENCRYPTS_SESSION = 0x4;
const ENCRYPTS_SHARE = 0x8000;
const DISK = 1;

/**
 * Connects, logs in with NTLMv2 and connects to the share. Throws `refused` for a login, a right or a share that is not
 * there, `unsupported` for a share that wants its packets encrypted.
 */
export async function connectSmb(settings: SmbSettings, io: FilesystemIo): Promise<SmbSession> {
  const session = await connectWith(LARGE_READS, settings, io);
  if (session) return session;
  // Who wants encryption denies it to all others, and shows it only to those that say to know it.
  const probe = await connectWith(LARGE_READS | ENCRYPTION, settings, io);
  probe?.close();
  throw accessRefused(nameOf(settings), `may not use the share "${settings.share}"`);
}

const nameOf = ({ host, port }: SmbSettings) => `SMB ${host}:${port}`;

/** Null where access is denied to somebody whose login is right. */
async function connectWith(capabilities: number, settings: SmbSettings, io: FilesystemIo): Promise<SmbSession | null> {
  const { host, port } = settings;
  const connection = createConnection(nameOf(settings), await io.connect({ host, port }, "off"));
  try {
    const limits = await negotiate(connection, capabilities, settings);
    const isOpen = (await logIn(connection, limits.dialect, settings, io)) && (await connectTree(connection, settings));
    if (isOpen) return { ...connection, ...limits };
    connection.close();
    return null;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Guests have no key to sign with. */
const securityOf = ({ password }: SmbSettings) => (password === "" ? SIGNING_ENABLED : SIGNING_REQUIRED);

async function negotiate({ name, state, ask }: SmbConnection, capabilities: number, settings: SmbSettings) {
  const body = Buffer.alloc(36 + DIALECTS.length * 2);
  body.writeUInt16LE(36);
  body.writeUInt16LE(DIALECTS.length, 2);
  body.writeUInt16LE(securityOf(settings), 4);
  body.writeUInt32LE(capabilities, 8);
  crypto.getRandomValues(body.subarray(12, 28));
  for (const [index, dialect] of DIALECTS.entries()) body.writeUInt16LE(dialect, 36 + index * 2);
  const limits = await ask({ command: "negotiate", body }, ({ body: answer }) => ({
    dialect: answer.readUInt16LE(4),
    capabilities: answer.readUInt32LE(24),
    mostRead: answer.readUInt32LE(32),
    mostWritten: answer.readUInt32LE(36),
  }));
  if (!DIALECTS.includes(limits.dialect)) throw notSupported(name, "speaks none of the dialects 2.0.2 to 3.0.2");
  state.hasLargeReads = limits.dialect >= FIRST_WITH_LARGE_READS && (limits.capabilities & LARGE_READS) !== 0;
  return limits;
}

/** False where access is denied. */
async function logIn(connection: SmbConnection, dialect: number, settings: SmbSettings, io: FilesystemIo) {
  const { name, state } = connection;
  const chance = { clientChallenge: crypto.getRandomValues(new Uint8Array(8)), now: io.now() };
  const answer = await setUp(connection, settings, negotiateMessage(), (reply) => {
    state.session = reply.session;
    const from = reply.body.readUInt16LE(4);
    const token = reply.packet.subarray(from, from + reply.body.readUInt16LE(6));
    return reply.status === STATUS.more_processing_required ? answerChallenge(token, settings, chance) : null;
  });
  if (!answer) throw notSupported(name, "does not ask for a login with NTLM");
  const reply = await setUp(connection, settings, answer.authenticate, (each) => each);
  if (reply.status === STATUS.access_denied) return false;
  const flags = reply.body.readUInt16LE(2);
  if (flags & ENCRYPTS_SESSION) throw encryptionWanted(name);
  if (flags & IS_GUEST) {
    // A guest's packets are not signed, so that anybody could answer in the server's name.
    if (settings.password !== "") throw accessRefused(name, "the login was refused: it was taken for a guest's");
    return true;
  }
  const signer = createSigner(dialect, answer.sessionKey);
  if (!reply.is_signed || !takeSignature(reply.packet, signer)) {
    throw accessRefused(name, "the server does not know the password: its signature is wrong");
  }
  state.signer = signer;
  return true;
}

/** One step of the login; its tokens are NTLM's own, which servers take without SPNEGO around them. */
function setUp<Answer>(
  { ask }: SmbConnection,
  settings: SmbSettings,
  token: Buffer,
  read: (reply: SmbReply) => Answer,
): Promise<Answer> {
  const body = Buffer.alloc(24);
  body.writeUInt16LE(25);
  body.writeUInt8(securityOf(settings), 3);
  body.writeUInt16LE(HEADER_BYTES + body.length, 12);
  body.writeUInt16LE(token.length, 14);
  const accepted = [STATUS.more_processing_required, STATUS.access_denied];
  return ask({ command: "session_setup", body: Buffer.concat([body, token]), accepted }, read);
}

/** False where access is denied. */
async function connectTree({ name, state, ask }: SmbConnection, { host, share }: SmbSettings): Promise<boolean> {
  const path = Buffer.from(`\\\\${host}\\${share}`, "utf16le");
  const body = Buffer.alloc(8);
  body.writeUInt16LE(9);
  body.writeUInt16LE(HEADER_BYTES + body.length, 4);
  body.writeUInt16LE(path.length, 6);
  const accepted = [STATUS.access_denied];
  const request = { command: "tree_connect" as const, body: Buffer.concat([body, path]), path: share, accepted };
  const { status, kind, flags, tree } = await ask(request, (reply) => ({
    ...{ status: reply.status, tree: reply.tree },
    ...{ kind: reply.body.readUInt8(2), flags: reply.body.readUInt32LE(4) },
  }));
  if (status === STATUS.access_denied) return false;
  if (flags & ENCRYPTS_SHARE) throw encryptionWanted(name);
  if (kind !== DISK) throw notSupported(name, `the share "${share}" holds no files`);
  state.tree = tree;
  return true;
}

const encryptionWanted = (name: string) => notSupported(name, "wants packets encrypted, which is not supported");
