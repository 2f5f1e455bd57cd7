/** A file of the server: a text, or so many bytes of noise. */
export interface DavFile {
  text?: string;
  size?: number;
  /** Of noise: another one is another content. */
  seed?: number;
  /** Ms UTC; a server keeps whole seconds. */
  modified_at: number;
}

/** What goes wrong with requests whose method and path contain `on`. */
export interface DavFault {
  on: string;
  /** How many requests it spoils; all when absent. */
  times?: number;
  status?: number;
  /** Sends so many bytes of the body and closes the connection. */
  cut?: number;
  /** Changes the file behind the request's back once it was answered. */
  touch?: boolean;
}

/** How a server of its own behaves. */
export interface DavWorldOptions {
  username?: string;
  password?: string;
  /** By path; null removes one. */
  files?: Record<string, DavFile | null>;
  faults?: DavFault[];
  /** Sizes that lists show instead of the true ones, by path; bytes. */
  listed?: Record<string, number>;
  /** Files that every list of the root leaves one byte longer. */
  growing?: string[];
  /** Addresses that the list of the root has besides, as they are. */
  strays?: string[];
}

export interface DavWorld {
  username: string;
  password: string;
  files: Map<string, DavFile>;
  faults: DavFault[];
  listed: Record<string, number>;
  growing: string[];
  strays: string[];
  /** Method and path of every request so far, and the range of bytes. */
  requests: string[];
}

/** What a test learns of a server. */
export interface DavReport {
  requests: string[];
  /** XXH64 of the files by path. */
  hashes: Record<string, string>;
}

export const createDavWorld = (): DavWorld => ({
  ...{ username: "reader", password: "s3cret: wörd" },
  files: new Map(),
  ...{ faults: [], listed: {}, growing: [], strays: [], requests: [] },
});

export function changeDavWorld(world: DavWorld, { files = {}, ...options }: DavWorldOptions): void {
  Object.assign(world, options);
  for (const [path, file] of Object.entries(files)) {
    if (file) world.files.set(path, file);
    else world.files.delete(path);
  }
}

/** Writes on at the files that grow. */
export function growFiles({ files, growing }: DavWorld): void {
  for (const path of growing) {
    files.set(path, { text: `${files.get(path)?.text ?? ""}.`, modified_at: Date.now() });
  }
}

/** The fault that spoils this request, counted down. */
export function takeDavFault(world: DavWorld, request: string): DavFault | null {
  const fault = world.faults.find(({ on, times = Infinity }) => times > 0 && request.includes(on));
  if (fault?.times !== undefined) fault.times -= 1;
  return fault ?? null;
}

const noise = new Map<string, Buffer>();

export function contentOf({ text, size = 0, seed = 1 }: DavFile): Buffer {
  if (text !== undefined) return Buffer.from(text);
  const known = noise.get(`${size}:${seed}`);
  if (known) return known;
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let place = 0; place < size; place++) {
    // A linear congruential generator: any bytes do that differ from part to part.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[place] = state >>> 24;
  }
  noise.set(`${size}:${seed}`, bytes);
  return bytes;
}

export const etagOf = (file: DavFile): string =>
  `"${contentOf(file).byteLength.toString(16)}-${file.modified_at.toString(16)}"`;
