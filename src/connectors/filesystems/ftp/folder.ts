import { FilesystemFailure } from "../failures.ts";
import type { ListedFile } from "../filesystem.ts";
import { versionOf } from "../version.ts";
import { type FolderContent, type FoundFile, isName } from "../walk.ts";
import { type FtpEntry, readFactsLine, readLongLine, readTime } from "./listing.ts";
import type { FtpSession } from "./session.ts";
import { readerOf } from "./socket-lines.ts";
import { lostConnection } from "./session.ts";

/** Looks into one folder, in which the session then is. */
export async function readFtpFolder(session: FtpSession, place: string): Promise<FolderContent> {
  const { command, features } = session;
  await command(`CWD ${place}`, place);
  // The same for every link that leads here.
  const identity = (await command("PWD", place)).text;
  const hasFacts = /^ ?MLST\b/im.test(features);
  const lines = (await readData(session, hasFacts ? "MLSD" : "LIST", place)).split(/\r?\n/);
  const content: FolderContent = { identity, files: [], folders: [], problems: [] };
  for (const entry of lines.map(hasFacts ? readFactsLine : readLongLine)) {
    if (!entry || entry.name === "." || entry.name === "..") continue;
    if (!isName(entry.name)) content.problems.push(`"${entry.name}" cannot be the name of a file`);
    else if (await isFolder(session, place, entry)) content.folders.push(entry.name);
    else content.files.push(describeEntry(entry));
  }
  return content;
}

function describeEntry({ name, details }: FtpEntry): FoundFile {
  return { name, details: details && { ...details, version: versionOf({ ...details, etag: null }) } };
}

/** What a link leads to is a folder when it can be gone into. */
async function isFolder({ command }: FtpSession, place: string, { name, kind }: FtpEntry): Promise<boolean> {
  if (kind !== "link") return kind === "folder";
  const { code } = await command(`CWD ${place.replace(/\/$/, "")}/${name}`, name, [550]);
  return code !== 550;
}

/** Size and time of a file (RFC 3659, 3 and 4). */
export async function describeFtpFile({ command }: FtpSession, place: string) {
  const size = Number((await command(`SIZE ${place}`, place)).text);
  const modified_at = readTime((await command(`MDTM ${place}`, place)).text);
  return { size, modified_at, etag: null };
}

/** The same for a listing: null for what is gone or no file. */
export async function listFtpFile(session: FtpSession, place: string, path: string): Promise<ListedFile | null> {
  try {
    const { size, modified_at, etag } = await describeFtpFile(session, place);
    return { path, size, modified_at, version: versionOf({ size, modified_at, etag }) };
  } catch (error) {
    if (error instanceof FilesystemFailure && error.kind === "not-found") return null;
    throw error;
  }
}

async function readData(session: FtpSession, text: string, place: string): Promise<string> {
  const socket = await session.openData();
  await session.command(text, place);
  const reader = readerOf(socket);
  const decoder = new TextDecoder();
  let read = "";
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      read += decoder.decode(chunk.value, { stream: true });
    }
  } catch (error) {
    throw lostConnection(session.name, error);
  }
  await session.reply(place);
  return read + decoder.decode();
}
