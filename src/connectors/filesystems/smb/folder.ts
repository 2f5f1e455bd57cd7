import type { FileState } from "../version.ts";
import { versionOf } from "../version.ts";
import { type FolderContent, isName } from "../walk.ts";
import { ACCESS, closeHandle, DISPOSITION, openHandle, readState, type SmbHandle } from "./handle.ts";
import { HEADER_BYTES } from "./packets.ts";
import type { SmbSession } from "./session.ts";
import { STATUS } from "./statuses.ts";

interface Entry {
  name: string;
  isFolder: boolean;
  state: FileState & { size: number };
}

const FOLDER = { access: ACCESS.list | ACCESS.read_attributes, isFolder: true, disposition: DISPOSITION.open } as const;
/** What one credit pays for. */
const LISTING_BYTES = 64 * 1024;
/** FileDirectoryInformation and FileInternalInformation (MS-FSCC, 2.4.10 and 2.4.20). */
const DIRECTORY_INFORMATION = 1;
const INTERNAL_INFORMATION = 6;
const IS_FOLDER = 0x10;

/** Opens and closes a folder. */
export async function checkSmbFolder(session: SmbSession, place: string): Promise<void> {
  await closeHandle(session, await openHandle(session, place, FOLDER));
}

/** Looks into one folder. */
export async function readSmbFolder(session: SmbSession, place: string): Promise<FolderContent> {
  const handle = await openHandle(session, place, FOLDER);
  try {
    const content: FolderContent = { identity: await identify(session, handle), files: [], folders: [], problems: [] };
    for (;;) {
      const entries = await readEntries(session, handle, place);
      if (entries === null) return content;
      for (const entry of entries) addEntry(content, entry);
    }
  } finally {
    await closeHandle(session, handle);
  }
}

function addEntry(content: FolderContent, { name, isFolder, state }: Entry): void {
  if (name === "." || name === "..") return;
  if (!isName(name)) content.problems.push(`"${name}" cannot be the name of a file`);
  else if (isFolder) content.folders.push(name);
  else {
    const { size, modified_at } = state;
    content.files.push({ name, details: { size, modified_at, version: versionOf(state) } });
  }
}

/** The same for every link that leads here; roots of volumes have one number, so that their age is part of it. */
async function identify({ ask }: SmbSession, { id, created_at }: SmbHandle): Promise<string | null> {
  const body = Buffer.alloc(41);
  body.writeUInt16LE(41);
  body.writeUInt8(1, 2);
  body.writeUInt8(INTERNAL_INFORMATION, 3);
  body.writeUInt32LE(8, 4);
  body.set(id, 24);
  const number = await ask({ command: "query_info", body }, ({ packet, body: answer }) =>
    packet.readBigUInt64LE(answer.readUInt16LE(2)),
  );
  return number === 0n ? null : `${number} ${created_at}`;
}

/** The next entries; null when there are no more. */
function readEntries({ ask }: SmbSession, { id }: SmbHandle, place: string): Promise<Entry[] | null> {
  const pattern = Buffer.from("*", "utf16le");
  const body = Buffer.alloc(32);
  body.writeUInt16LE(33);
  body.writeUInt8(DIRECTORY_INFORMATION, 2);
  body.set(id, 8);
  body.writeUInt16LE(HEADER_BYTES + body.length, 24);
  body.writeUInt16LE(pattern.length, 26);
  body.writeUInt32LE(LISTING_BYTES, 28);
  const request = {
    ...{ command: "query_directory" as const, body: Buffer.concat([body, pattern]), path: place },
    ...{ payload: LISTING_BYTES, accepted: [STATUS.no_more_files, STATUS.no_such_file] },
  };
  return ask(request, ({ status, packet, body: answer }) => {
    if (status !== STATUS.ok) return null;
    const from = answer.readUInt16LE(2);
    return decodeEntries(packet.subarray(from, from + answer.readUInt32LE(4)));
  });
}

/** Throws a `RangeError` for a list that is cut, or whose entries lie within each other. */
export function decodeEntries(list: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0, step = 1; step > 0; at += step) {
    step = list.readUInt32LE(at);
    const nameBytes = list.readUInt32LE(at + 60);
    if (at + 64 + nameBytes > list.length) throw new RangeError("a name is cut");
    if (step > 0 && step < 64 + nameBytes) throw new RangeError("an entry begins within another");
    entries.push({
      name: list.toString("utf16le", at + 64, at + 64 + nameBytes),
      isFolder: (list.readUInt32LE(at + 56) & IS_FOLDER) !== 0,
      state: readState(list.readBigUInt64LE(at + 40), list.readBigUInt64LE(at + 24)),
    });
  }
  return entries;
}
