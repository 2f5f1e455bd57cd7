import { createHash, timingSafeEqual } from "node:crypto";
import { type CipherAlgorithm, Client, type SFTPWrapper } from "ssh2";
import { openSocketStream } from "../../sources/databases/socket-stream.ts";
import { accessRefused, FilesystemFailure, fileNotFound, notSupported, serverUnreachable } from "../failures.ts";
import type { FilesystemIo } from "../filesystem.ts";
import type { SftpSettings } from "../sftp.ts";

const READY_MS = 20_000;
/** Those that the runtime has; every server knows one of them. */
const CIPHERS: CipherAlgorithm[] = [
  ...(["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"] as const),
  ...(["aes128-ctr", "aes192-ctr", "aes256-ctr"] as const),
];

/** A connection over which files are asked for. */
export interface SftpSession {
  /** As messages call the server. */
  name: string;
  /** Runs one operation; its error is a `FilesystemFailure` about the path. */
  run<Result>(path: string, operation: (sftp: SFTPWrapper, done: Done<Result>) => void): Promise<Result>;
  close(): void;
}

export type Done<Result> = (error: Error | null | undefined, result?: Result) => void;

/** Connects, checks the host's key and logs in. */
export async function connectSftp(settings: SftpSettings, io: FilesystemIo): Promise<SftpSession> {
  const { host, port, username, password, private_key, host_key } = settings;
  const name = `SFTP ${host}:${port}`;
  const socket = await io.connect({ host, port }, "sealed");
  const client = new Client();
  let isOtherHost = false;
  const line = watchLine(client);
  try {
    client.connect({
      sock: openSocketStream(socket, { name, isGreeting: null }),
      username,
      ...(password === undefined ? { privateKey: private_key } : { password, tryKeyboard: false }),
      readyTimeout: READY_MS,
      algorithms: { cipher: CIPHERS },
      hostVerifier: (key: Buffer) => {
        isOtherHost = !isPinnedKey(host_key, key);
        return !isOtherHost;
      },
    });
    await line.orLost<void>((done) => client.once("ready", () => done(null)));
    const sftp = await line.orLost<SFTPWrapper>((done) => client.sftp(done));
    return {
      name,
      run: async (path, operation) => {
        try {
          return await line.orLost((done) => operation(sftp, done));
        } catch (error) {
          throw operationFailure(name, path, error);
        }
      },
      close: () => void client.end(),
    };
  } catch (error) {
    client.destroy();
    if (isOtherHost) throw accessRefused(name, "the host has another key than the one in host_key");
    throw loginFailure(name, error);
  }
}

/** The driver forgets the operations under way when the connection is cut: they are told here. */
function watchLine(client: Client) {
  const waiting = new Set<(error: Error) => void>();
  let fault: Error | null = null;
  const lose = (error: Error) => {
    fault ??= error;
    for (const reject of waiting) reject(fault);
  };
  client.on("error", lose);
  client.once("close", () => lose(new Error("closed")));
  const orLost = async <Result>(start: (done: Done<Result>) => void): Promise<Result> => {
    if (fault) throw fault;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    waiting.add(reject);
    try {
      // Operations without a result settle with nothing.
      start((error, result) => (error ? reject(error) : resolve(result as Result)));
      return await promise;
    } finally {
      waiting.delete(reject);
    }
  };
  return { orLost };
}

/** Codes of draft-ietf-secsh-filexfer-02, 7. */
function operationFailure(name: string, path: string, error: unknown): Error {
  if (error instanceof FilesystemFailure) return error;
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === 2) return fileNotFound(name, path);
  if (code === 3) return accessRefused(name, `may not read or write "${path}"`);
  if (code === 4) return notSupported(name, `failed at "${path}"`);
  if (code === 8) return notSupported(name, "does not support this operation");
  return serverUnreachable(name, "the connection was lost", error);
}

function loginFailure(name: string, error: unknown): Error {
  if (!(error instanceof Error)) return serverUnreachable(name, "the connection was lost");
  // The driver's words for what the key's text is not.
  if (error.message.includes("privateKey")) return accessRefused(name, "private_key is not a key that can be used");
  if ("level" in error && error.level === "client-authentication") return accessRefused(name, "the login was refused");
  return serverUnreachable(name, "the connection was lost", error);
}

/** Whether a host's key is the one that was written down: the key itself, or `SHA256:` and its fingerprint. */
function isPinnedKey(pinned: string, key: Buffer): boolean {
  const isFingerprint = pinned.startsWith("SHA256:");
  const expected = Buffer.from(isFingerprint ? pinned.slice(7) : (pinned.split(" ")[1] ?? ""), "base64");
  const given = isFingerprint ? createHash("sha256").update(key).digest() : key;
  return expected.length === given.length && timingSafeEqual(expected, given);
}
