import { AppError } from "../../errors.ts";

/** What went wrong with a file or its server, whatever the protocol. */
export type FilesystemFailureKind = "not-found" | "refused" | "unreachable" | "changed" | "unsupported";

/** The connection is gone or the answer is cut: the same call may succeed at once. */
const RETRY_SECONDS = 1;

const BRAND: unique symbol = Symbol.for("catchment.FilesystemFailure");

/** An error of a filesystem whose message may be shown; made by the constructors below only. */
export class FilesystemFailure extends AppError {
  readonly kind: FilesystemFailureKind;
  readonly [BRAND] = true;

  /** Modules that are loaded on first use bring this class along; their failures are failures here, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && BRAND in value;
  }

  constructor(kind: FilesystemFailureKind, message: string, options: { retry_after?: number; cause?: unknown } = {}) {
    super(502, "FILESYSTEM_ERROR", message, options);
    this.name = "FilesystemFailure";
    this.kind = kind;
  }
}

/** There is no file or folder of that name. */
export const fileNotFound = (name: string, path: string) =>
  new FilesystemFailure("not-found", `${name}: there is no ${shown(path)}`);

/** Credentials, host key or permissions are not what they must be; trying again does not help. */
export const accessRefused = (name: string, reason: string) => new FilesystemFailure("refused", `${name}: ${reason}`);

/** Nobody answers, or the answer is cut or unreadable. */
export const serverUnreachable = (name: string, reason: string, cause?: unknown) =>
  new FilesystemFailure("unreachable", `${name}: ${reason}`, { retry_after: RETRY_SECONDS, cause });

/** The file is not, or no longer, the version that was asked for. */
export const fileChanged = (name: string, path: string) =>
  new FilesystemFailure("changed", `${name}: ${shown(path)} has changed`, { retry_after: RETRY_SECONDS });

/** The server, or this kind of filesystem, cannot do that. */
export const notSupported = (name: string, reason: string) =>
  new FilesystemFailure("unsupported", `${name}: ${reason}`);

const LONGEST_PATH = 200;

/** Names of files are an upstream's words. */
const shown = (path: string) => `"${path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path}"`;
