import { z } from "zod";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import type { TransferRow } from "./file.store.ts";

/** What a schedule keeps, and a trigger gives. */
export const harvestParams = z.object({
  instrument_id: z.string(),
  storage_location_id: z.string(),
  schedule_id: z.string().optional(),
});
export type HarvestParams = z.output<typeof harvestParams>;

/** A file on its way in parts. */
export interface PartsState {
  transfer: TransferRow;
  upload: string;
  tags: string[];
  /** State of the source's XXH64 after these parts, in base64. */
  hash: string;
  /** How much was read back, and the state of its XXH64; null before the first slice that did so has ended. */
  verified: { bytes: number; hash: string } | null;
  /** The file's, with what hooks found before the transfer. */
  metadata: JsonObject;
  /** `completing` is kept before the parts are joined, which may happen once only. */
  step: "copying" | "completing" | "verifying";
  /** Cut connections since the first part. */
  faults: number;
}

/** Where a harvest is. */
export interface HarvestCursor {
  /** Listings that were begun, and the next page of the current one; null while none is under way. */
  listings: number;
  page: { at: string | null } | null;
  /** Ms; when the newest listing was begun. */
  listed_at: number;
  total_discovered: number;
  transferred: number;
  skipped: number;
  failed: number;
  bytes: number;
  /** Files in a row whose connection was cut. */
  cuts: number;
  errors: string[];
  /** Whether folders could not be looked into. */
  incomplete: boolean;
  parts: PartsState | null;
}

export const firstCursor: HarvestCursor = {
  listings: 1,
  page: { at: null },
  listed_at: 0,
  total_discovered: 0,
  transferred: 0,
  skipped: 0,
  failed: 0,
  bytes: 0,
  cuts: 0,
  errors: [],
  incomplete: false,
  parts: null,
};

const MOST_ERRORS = 100;

/** Names what went wrong with a part of the harvest, once; the first hundred are kept. */
export function addError(cursor: HarvestCursor, error: string): void {
  if (cursor.errors.length < MOST_ERRORS && !cursor.errors.includes(error)) cursor.errors.push(error);
}
