import { crc32 } from "node:zlib";

/** A file on its way into an archive. */
export interface ZipFile {
  /** With `/` between folders. */
  name: string;
  /** Ms UTC. */
  modified_at: number;
  /** What is known of its length; a file that turns out longer than 4 GiB must have been announced so. */
  size_bytes: number;
  content: AsyncIterable<Uint8Array>;
}

interface WrittenFile {
  name: Uint8Array;
  time: number;
  checksum: number;
  size_bytes: number;
  offset: number;
  large: boolean;
}

// PKWARE's APPNOTE 6.3.10: 4.3.7 to 4.3.16, 4.4.4 and 4.5.3.
const LOCAL_SIGNATURE = 0x04034b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LARGE_END_SIGNATURE = 0x06064b50;
const LARGE_LOCATOR_SIGNATURE = 0x07064b50;
const END_SIGNATURE = 0x06054b50;
/** The length follows the file, and the name is UTF-8. */
const FLAGS = 0x0808;
const PLAIN_VERSION = 20;
const LARGE_VERSION = 45;
const LARGE_EXTRA = 1;
const IN_EXTRA = 0xffffffff;
const MOST_PLAIN_FILES = 0xffff;

/**
 * An archive of files as they are, chunk by chunk: no more of it is in memory than its table of contents. `plain_below`
 * is where lengths and places stop fitting into the plain format, and its large form begins. Throws what a file's
 * content throws.
 */
export async function* writeZip(
  files: AsyncIterable<ZipFile>,
  { plain_below = IN_EXTRA }: { plain_below?: number } = {},
): AsyncGenerator<Uint8Array> {
  const written: WrittenFile[] = [];
  let position = 0;
  const place = (bytes: Uint8Array) => {
    position += bytes.byteLength;
    return bytes;
  };
  for await (const { name, modified_at, size_bytes, content } of files) {
    const large = size_bytes >= plain_below;
    const file = { name: new TextEncoder().encode(name), time: dosTime(modified_at), offset: position, large };
    yield place(localHeader(file));
    let checksum = 0;
    const start = position;
    for await (const chunk of content) {
      checksum = crc32(chunk, checksum);
      yield place(chunk);
    }
    const length = position - start;
    if (length >= plain_below && !large) throw new Error("A file of the archive is longer than was announced");
    yield place(descriptor({ checksum, size_bytes: length, large }));
    written.push({ ...file, checksum, size_bytes: length });
  }
  const directory_offset = position;
  for (const file of written) yield place(centralHeader(file, plain_below));
  const directory = { files: written.length, offset: directory_offset, size_bytes: position - directory_offset };
  yield* ends(directory, position, plain_below);
}

type Head = Pick<WrittenFile, "name" | "time" | "large">;

function localHeader({ name, time, large }: Head): Uint8Array {
  const extra = large ? largeExtra([0, 0]) : new Uint8Array();
  const length = large ? IN_EXTRA : 0;
  return join(
    fields([4, LOCAL_SIGNATURE], [2, large ? LARGE_VERSION : PLAIN_VERSION], [2, FLAGS], [2, 0], [4, time], [4, 0]),
    fields([4, length], [4, length], [2, name.byteLength], [2, extra.byteLength]),
    name,
    extra,
  );
}

function descriptor({ checksum, size_bytes, large }: Pick<WrittenFile, "checksum" | "size_bytes" | "large">) {
  const width = large ? 8 : 4;
  return fields([4, DESCRIPTOR_SIGNATURE], [4, checksum], [width, size_bytes], [width, size_bytes]);
}

function centralHeader({ name, time, checksum, size_bytes, offset, large }: WrittenFile, plain_below: number) {
  const far = offset >= plain_below;
  const extra = largeExtra([...(large ? [size_bytes, size_bytes] : []), ...(far ? [offset] : [])]);
  const length = large ? IN_EXTRA : size_bytes;
  const version = large || far ? LARGE_VERSION : PLAIN_VERSION;
  return join(
    fields([4, CENTRAL_SIGNATURE], [2, version], [2, version], [2, FLAGS], [2, 0], [4, time], [4, checksum]),
    fields([4, length], [4, length], [2, name.byteLength], [2, extra.byteLength], [2, 0], [2, 0], [2, 0], [4, 0]),
    fields([4, far ? IN_EXTRA : offset]),
    name,
    extra,
  );
}

function* ends(
  directory: { files: number; offset: number; size_bytes: number },
  position: number,
  plain_below: number,
) {
  const { files, offset, size_bytes } = directory;
  const large = files >= MOST_PLAIN_FILES || position >= plain_below;
  if (large) {
    yield join(
      fields([4, LARGE_END_SIGNATURE], [8, 44], [2, LARGE_VERSION], [2, LARGE_VERSION], [4, 0], [4, 0]),
      fields([8, files], [8, files], [8, size_bytes], [8, offset]),
    );
    yield fields([4, LARGE_LOCATOR_SIGNATURE], [4, 0], [8, position], [4, 1]);
  }
  const count = large ? MOST_PLAIN_FILES : files;
  const [length, start] = large ? [IN_EXTRA, IN_EXTRA] : [size_bytes, offset];
  yield fields([4, END_SIGNATURE], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, start], [2, 0]);
}

function largeExtra(values: number[]): Uint8Array {
  if (values.length === 0) return new Uint8Array();
  return fields([2, LARGE_EXTRA], [2, values.length * 8], ...values.map((value): Field => [8, value]));
}

/** Bytes of a number, and the number. */
type Field = [width: 2 | 4 | 8, value: number];

function fields(...list: Field[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((length, [width]) => length + width, 0));
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const [width, value] of list) {
    if (width === 2) view.setUint16(position, value, true);
    else if (width === 4) view.setUint32(position, value, true);
    else view.setBigUint64(position, BigInt(value), true);
    position += width;
  }
  return bytes;
}

function join(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.byteLength;
  }
  return bytes;
}

/** Two seconds exact, from 1980 on, without a zone: UTC. */
function dosTime(ms: number): number {
  const time = new Date(Math.max(ms, Date.UTC(1980, 0, 1)));
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return ((date << 16) | clock) >>> 0;
}
