import { badRequest, tooLarge } from "../errors.ts";

/** A file of an archive before it is unpacked; its name is as the archive gives it. */
export interface ZipEntry {
  name: string;
  /** Bytes once unpacked, as the archive says; unpacking holds it to that. */
  size_bytes: number;
  read(): Promise<Uint8Array>;
}

interface ZipLimits {
  /** Files and folders of the archive. */
  entries: number;
  /** All files together, unpacked. */
  total_bytes: number;
}

// PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16.
const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

/**
 * The files of a zip archive, by its central directory. Throws 400 for what is no archive, is encrypted, or lies about
 * itself, and 413 beyond the limits.
 */
export function readZip(bytes: Uint8Array, limits: ZipLimits): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > limits.entries) throw tooLarge(`The archive has more than ${limits.entries} files`);
  const entries: ZipEntry[] = [];
  let total = 0;
  let position = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    const { entry, next } = readEntry(view, bytes, position);
    total += entry.size_bytes;
    if (total > limits.total_bytes) throw tooLarge(`The archive unpacks to more than ${limits.total_bytes} bytes`);
    if (!entry.name.endsWith("/")) entries.push(entry);
    position = next;
  }
  return entries;
}

/** A comment of unknown length follows the record. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let position = last; position >= Math.max(0, last - LONGEST_COMMENT); position--) {
    if (view.getUint32(position, true) === END_SIGNATURE) return position;
  }
  throw badRequest("The file is no zip archive");
}

function readEntry(view: DataView, bytes: Uint8Array, position: number): { entry: ZipEntry; next: number } {
  if (position + CENTRAL_BYTES > view.byteLength || view.getUint32(position, true) !== CENTRAL_SIGNATURE) {
    throw badRequest("The archive is damaged");
  }
  const flags = view.getUint16(position + 8, true);
  const method = view.getUint16(position + 10, true);
  const packed_bytes = view.getUint32(position + 20, true);
  const size_bytes = view.getUint32(position + 24, true);
  const nameEnd = position + CENTRAL_BYTES + view.getUint16(position + 28, true);
  const name = readName(bytes.subarray(position + CENTRAL_BYTES, nameEnd));
  const next = nameEnd + view.getUint16(position + 30, true) + view.getUint16(position + 32, true);
  if ((flags & ENCRYPTED) !== 0) throw badRequest(`The archive is encrypted: ${name}`);
  if (method !== STORED && method !== DEFLATED) throw badRequest(`The archive packs ${name} in an unknown way`);
  const local = view.getUint32(position + 42, true);
  const read = async () => {
    const packed = bytes.subarray(...spanOf(view, name, local, packed_bytes));
    return unpack(name, packed, method, size_bytes);
  };
  return { entry: { name, size_bytes, read }, next };
}

/** Where the packed bytes are; the local header has fields of its own lengths. */
function spanOf(view: DataView, name: string, local: number, packed_bytes: number): [from: number, to: number] {
  const isThere = local + LOCAL_BYTES <= view.byteLength && view.getUint32(local, true) === LOCAL_SIGNATURE;
  if (!isThere) throw damaged(name);
  const from = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (from + packed_bytes > view.byteLength) throw damaged(name);
  return [from, from + packed_bytes];
}

async function unpack(name: string, packed: Uint8Array, method: number, size_bytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(size_bytes);
  let length = 0;
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  try {
    for await (const chunk of method === STORED ? stream : stream.pipeThrough(new DecompressionStream("deflate-raw"))) {
      // Stops a bomb at the size that it gave itself out for.
      if (length + chunk.byteLength > size_bytes) throw damaged(name);
      whole.set(chunk, length);
      length += chunk.byteLength;
    }
  } catch (error) {
    throw error instanceof TypeError ? damaged(name) : error;
  }
  if (length !== size_bytes) throw damaged(name);
  return whole;
}

const readName = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const damaged = (name: string) => badRequest(`The archive is damaged at ${name}`);
