import type { ConnectorIo } from "../connector.ts";

/** What a person signs in with at a bank. */
export interface BankLogin {
  username: string;
  account_number: string;
  password: string;
}

/** A file that a bank gave, or a table that was read from its page. */
export interface CollectedReport {
  /** Which of the bank's reports it is, by the recipe's name of it. */
  report: string;
  /** As the bank named it, or as the recipe does. */
  filename: string;
  content_type: string;
  content: Uint8Array<ArrayBuffer>;
}

/** What a run of a recipe may use of the world. */
export interface BankIo extends ConnectorIo {
  /** Where the bank is reached instead of its own address; null for its own. */
  base_url: string | null;
  /** Cloudflare's browser binding; null where none is configured. */
  browser: Fetcher | null;
  /** Settled before the password leaves: from then on the run is never tried again. */
  beforePassword(): Promise<void>;
  /** The code that the bank sent after `since` (ms), taken once; null when none came within `wait_ms`. */
  takeOneTimeCode(since: number, wait_ms: number): Promise<string | null>;
  /** Says that a step begins, `done` of `total` being over; throws when the run was cancelled. */
  onStep(step: { description: string; done: number; total: number }): Promise<void>;
}

/** Why a run of a recipe ended before its end. */
export type RecipeFailureKind =
  | "login-refused"
  | "code-not-received"
  | "page-changed"
  | "timed-out"
  | "unreachable"
  | "browser-missing";

interface FailureEvidence {
  /** PNG of the page, never of one that shows what was typed at login. */
  screenshot?: Uint8Array<ArrayBuffer> | null;
  /** Reports that were complete before. */
  collected?: CollectedReport[];
}

const BRAND: unique symbol = Symbol.for("catchment.RecipeFailure");

/** A run that the bank or its page ended; the message may be shown to the person and holds no secret. */
export class RecipeFailure extends Error {
  readonly kind: RecipeFailureKind;
  readonly screenshot: Uint8Array<ArrayBuffer> | null;
  readonly collected: CollectedReport[];
  readonly [BRAND] = true;

  /** The browser's module, loaded on first use, brings this class along; its failures are failures here, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && BRAND in value;
  }

  constructor(kind: RecipeFailureKind, message: string, { screenshot = null, collected = [] }: FailureEvidence = {}) {
    super(message);
    this.name = "RecipeFailure";
    this.kind = kind;
    this.screenshot = screenshot;
    this.collected = collected;
  }
}
