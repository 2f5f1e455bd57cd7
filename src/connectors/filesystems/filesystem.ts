import type { z } from "zod";
import type { ConnectorIo } from "../connector.ts";

/** A file as a listing shows it. */
export interface ListedFile {
  /** Names of folders and file below the filesystem's root, with slashes between them. */
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds UTC; null where the server does not say. */
  modified_at: number | null;
  /** Differs between two contents of the file as far as the server can tell; null where it cannot. */
  version: string | null;
}

export interface FilePage {
  files: ListedFile[];
  /** Where the next page begins, to be kept in a job's cursor; null after the last. */
  next: string | null;
  /** What could not be looked into, as sentences: such files are missing from the listing. */
  problems: string[];
}

/** Which bytes of which version are wanted. */
export interface ReadOptions {
  /** Bytes; 0 unless given. */
  offset?: number;
  /** Bytes; to the end of the file unless given. */
  length?: number;
  /** As it was listed; any unless given. */
  version?: string | null;
}

export interface WrittenFile {
  /** Bytes. */
  size: number;
  /** What the store says of the content, such as an entity tag; null where it says nothing. */
  hash: string | null;
}

/** One part of a file that is written in parts; all but the last are of one size. */
export interface FilePart {
  /** From 1. */
  number: number;
  /** Bytes before it. */
  offset: number;
  content: Uint8Array<ArrayBuffer>;
}

/** Writes a file in parts, over several invocations; nobody sees it before it is complete. */
export interface PartWriter {
  /** The identity of the upload, to be kept in a job's cursor. */
  begin(path: string): Promise<string>;
  /** The part's tag; putting the same part twice is putting it once. */
  put(path: string, upload: string, part: FilePart): Promise<string>;
  complete(path: string, upload: string, tags: readonly string[]): Promise<WrittenFile>;
  abort(path: string, upload: string): Promise<void>;
}

/**
 * A folder of files somewhere. Every call throws a `FilesystemFailure`, or what `io` throws; only `unreachable` and
 * `changed` are worth another try. Nothing is retried by itself.
 */
export interface Filesystem {
  /** Asks for as little as shows that the root can be listed. */
  check(): Promise<void>;
  /** A page of all files below the root; `cursor` is `next` of the page before, null for the first. */
  list(cursor: string | null): Promise<FilePage>;
  /**
   * The bytes, which end with an error when the connection is cut (`unreachable`; go on at the byte that is missing) or
   * the file turned out to be another version (`changed`).
   */
  open(path: string, options?: ReadOptions): Promise<ReadableStream<Uint8Array>>;
  /** Replaces or creates a file and the folders above it; nobody sees a part of it. `size` in bytes, where it is known. */
  write(path: string, content: ReadableStream<Uint8Array>, size?: number): Promise<WrittenFile>;
  /** Null where a file can be written at one go only. */
  parts: PartWriter | null;
  /** Ends its connections; safe to call twice. */
  close(): Promise<void>;
}

/**
 * How the bytes of a connection are protected: `starttls` becomes TLS when the protocol says so, `sealed` has a protocol
 * that encrypts by itself, `off` is for hosts that the operator permits.
 */
export type FilesystemTransport = "starttls" | "sealed" | "off";

export interface FilesystemIo extends ConnectorIo {
  /** Throws 422 for a host that must not be reached and 502 for one that does not answer. */
  connect(address: { host: string; port: number }, transport: FilesystemTransport): Promise<Socket>;
}

/** A kind of filesystem; adding one is a file and a line in `filesystems.ts`. */
export interface FilesystemType<Settings extends z.ZodObject = z.ZodObject> {
  title: string;
  description: string;
  /** Fields with `meta({ secret: true })` are kept in the vault. */
  settings: Settings;
  /** Absent where the domain serves it without a connection. */
  open?(settings: z.output<Settings>, io: FilesystemIo): Promise<Filesystem>;
}
