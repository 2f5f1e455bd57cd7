import { AppError } from "../../../errors.ts";
import { accessRefused, fileNotFound, notSupported, serverUnreachable } from "../failures.ts";
import type { FilesystemIo } from "../filesystem.ts";
import type { FtpSettings } from "../ftp.ts";
import { openSocketLines } from "./socket-lines.ts";

/** A server's answer to a command (RFC 959, 4.2). */
export interface FtpReply {
  code: number;
  /** Without the code. */
  text: string;
}

/** A connection that is logged in. One command at a time, and one transfer. */
export interface FtpSession {
  /** As messages call the server. */
  name: string;
  /** What the server can do besides (RFC 2389). */
  features: string;
  /** Throws a `FilesystemFailure` about the path for an answer below 100 or above 399, unless it is accepted. */
  command(text: string, path?: string, accepted?: readonly number[]): Promise<FtpReply>;
  /** The answer to a command that was answered before its end, as transfers are. */
  reply(path: string): Promise<FtpReply>;
  /** Opens the connection that the next transfer uses. */
  openData(): Promise<Socket>;
  close(): void;
}

/** Connects and logs in; with TLS for commands and files where the settings say so (RFC 4217). */
export async function connectFtp(settings: FtpSettings, io: FilesystemIo): Promise<FtpSession> {
  const { host, port, username, password } = settings;
  const isSecure = settings.type === "ftps";
  const transport = isSecure ? "starttls" : "off";
  const name = `${isSecure ? "FTPS" : "FTP"} ${host}:${port}`;
  const lines = openSocketLines(await io.connect({ host, port }, transport), (error) => lostConnection(name, error));

  const readReply = async (): Promise<FtpReply> => {
    const first = await lines.read();
    const code = Number(first.slice(0, 3));
    const texts = [first.slice(4)];
    // The answer's last line repeats the code, with a space behind it.
    for (let line = first; !line.startsWith(`${code} `);) {
      line = await lines.read();
      texts.push(line.startsWith(`${code} `) ? line.slice(4) : line);
    }
    return { code, text: texts.join("\n") };
  };
  const reply = async (path: string, accepted: readonly number[] = []) => {
    const answer = await readReply();
    if ((answer.code >= 100 && answer.code < 400) || accepted.includes(answer.code)) return answer;
    throw failureOf(name, path, answer);
  };
  const command = async (text: string, path = "", accepted: readonly number[] = []) => {
    if (/[\r\n\0]/.test(text)) throw notSupported(name, "cannot be told a name with a line break");
    await lines.write(text);
    return reply(path, accepted);
  };
  const openData = async () => {
    const { text } = await command("EPSV");
    const dataPort = Number(/\|\|\|(\d+)\|/.exec(text)?.[1]);
    if (!dataPort) throw notSupported(name, "does not open passive connections (EPSV)");
    const socket = await io.connect({ host, port: dataPort }, transport);
    if (!isSecure) return socket;
    const secure = socket.startTls();
    secure.closed.catch(() => undefined);
    secure.opened.catch(() => undefined);
    return secure;
  };

  try {
    await reply("");
    if (isSecure) {
      await command("AUTH TLS");
      lines.startTls();
    }
    await command(`USER ${username}`);
    await command(`PASS ${password}`);
    if (isSecure) for (const text of ["PBSZ 0", "PROT P"]) await command(text);
    await command("TYPE I");
    await command("OPTS UTF8 ON", "", [500, 501, 502, 504]);
    const { text: features } = await command("FEAT", "", [500, 502]);
    return { name, features, command, reply: (path) => reply(path), openData, close: lines.close };
  } catch (error) {
    lines.close();
    throw error;
  }
}

function failureOf(name: string, path: string, { code, text }: FtpReply): Error {
  if (code === 530) return accessRefused(name, "the login was refused");
  if (code === 550 && /denied|permission/i.test(text)) return accessRefused(name, `may not read or write "${path}"`);
  if (code === 550 || code === 450) return fileNotFound(name, path);
  if (code === 553) return accessRefused(name, `may not read or write "${path}"`);
  if (Number.isNaN(code) || (code >= 400 && code < 500)) return serverUnreachable(name, `answered ${code}`);
  return notSupported(name, `answered ${code}`);
}

/** A fault of the network, also of a certificate that is refused; refusals of our own side stay what they are. */
export function lostConnection(name: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : "";
  if (/certificate|TLS|SSL/i.test(reason)) return accessRefused(name, `TLS failed: ${reason.slice(0, 200)}`);
  return serverUnreachable(name, "the connection was lost", error);
}
