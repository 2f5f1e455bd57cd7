import { z } from "zod";

export const scrubParams = z.object({
  /** Ms: files that were read back later are left alone. */
  verified_before: z.number(),
});
export type ScrubParams = z.output<typeof scrubParams>;

/** A place in the order in which files are read back. */
export interface ScrubPosition {
  /** Ms; null for a file that was never read. */
  verified_at: number | null;
  id: string;
}

/** Where a scrub is. */
export interface ScrubCursor {
  verified: number;
  damaged: number;
  bytes: number;
  errors: string[];
  /** The file that was last looked at; null before the first. */
  after: ScrubPosition | null;
  /** A file of which a part is read, and the state of its XXH64 in base64. */
  reading: { transfer_id: string; offset: number; hash: string } | null;
  /** Ids of storage locations that could not be read: their files wait for the next scrub. */
  unreachable: string[];
}

export const firstCursor: ScrubCursor = {
  verified: 0,
  damaged: 0,
  bytes: 0,
  errors: [],
  after: null,
  reading: null,
  unreachable: [],
};
