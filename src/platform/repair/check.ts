import type { Context } from "../../context.ts";

/** What a check found to be wrong. */
export interface Finding {
  kind: string;
  /** What it is about, such as an object's key or a table's name. */
  key: string;
  /** What is wrong, as a sentence without its full stop. */
  detail: string;
  /** What else the repair has to know of it; never shown. */
  place?: string;
}

/** What one look has found, and where the next one begins: null where all has been looked at. */
export interface Look<Position> {
  findings: Finding[];
  /** Rows, objects and files that were looked at. */
  looked_at: number;
  after: Position | null;
}

/** Renews the hold on what a long look or repair is part of. */
export type Beat = () => Promise<void>;

/**
 * One kind of comparison between what is stored and what is known of it. A look is bounded and changes nothing; what it
 * finds has been looked at twice where a job may be at work.
 */
export interface Check<Position = string> {
  look(ctx: Context, after: Position | null, beat: Beat): Promise<Look<Position>>;
  /**
   * Puts a finding right as far as that is safe, on the condition that it still holds; true once all is right, whoever
   * did it. Doing it again does no harm. Absent where nothing can be done.
   */
  repair?: ((ctx: Context, finding: Finding, beat: Beat) => Promise<boolean>) | undefined;
}

/** Checks by name; each is given only the positions that it answered itself. */
export type Checks = Record<string, Check<unknown>>;
