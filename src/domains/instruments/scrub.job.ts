import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { defineJob, done, resume } from "../../platform/jobs/define.ts";
import { recordEvent } from "../../platform/webhooks/record-event.ts";
import { retryCut } from "./cuts.ts";
import { firstCursor, type ScrubCursor, scrubParams } from "./scrub-cursor.ts";
import { findUndisturbed, listUnverified, markRead } from "./scrub.store.ts";
import { findDamage, type ScrubRun, type Stored } from "./scrub-version.ts";

const FILES_A_LOOK = 32;
const MOST_ERRORS = 100;

/** Reads what is stored of files and compares it with their checksums: bytes that nobody asks for decay unseen. */
export const scrubJob = defineJob<typeof scrubParams, ScrubCursor>({
  type: "scrub",
  version: 3,
  domain: "instruments",
  queue: "ingestion",
  params: scrubParams,
  async run(ctx, job) {
    const cursor = structuredClone(job.cursor ?? firstCursor);
    for (;;) {
      const due = { since: job.params.verified_before, without: cursor.unreachable, after: cursor.after };
      const versions = await listUnverified(ctx.db, due, FILES_A_LOOK);
      if (versions.length === 0) break;
      for (const version of versions) {
        if (!cursor.unreachable.includes(version.location?.id ?? "")) {
          if (!(await scrubVersion(ctx, job, cursor, version))) return resume(cursor);
          cursor.reading = null;
        }
        cursor.after = { verified_at: version.file.verified_at, id: version.file.id };
        if (job.outOfTime()) return resume(cursor);
      }
    }
    const { verified, damaged, bytes, errors } = cursor;
    return done({ verified, damaged, bytes }, errors);
  },
});

/** Reads one version and keeps what was found; false when the slice is over before that is known. */
async function scrubVersion(ctx: Context, job: ScrubRun, cursor: ScrubCursor, version: Stored): Promise<boolean> {
  try {
    const damage = await retryCut(() => findDamage(ctx, job, cursor, version));
    if (damage === undefined) return false;
    if (damage === null || (await isUndisturbed(ctx, version))) await keep(ctx, job, cursor, version, damage);
  } catch (error) {
    passOver(cursor, version, error);
  }
  return true;
}

/** Elsewhere than in the lake, a harvest writes over what is stored before it keeps the checksum of that. */
async function isUndisturbed({ db }: Context, { file, transfer }: Stored): Promise<boolean> {
  if (transfer.object_key !== null) return true;
  const [undisturbed] = await findUndisturbed(db, file.id, transfer.id);
  return undisturbed !== undefined;
}

/** A storage location that does not answer says nothing about its files. Throws what is no fault of one. */
function passOver(cursor: ScrubCursor, { location, transfer }: Stored, error: unknown): void {
  if (!(error instanceof AppError) || transfer.object_key !== null || !location) throw error;
  cursor.unreachable.push(location.id);
  cursor.errors.push(`Storage location ${location.name}: ${error.message}`);
}

/** At most one an hour for each place where files are stored: a disk that decays takes many with it. */
const recordMismatch = (
  ctx: Context,
  job_id: string,
  { file, transfer }: Pick<Stored, "file" | "transfer">,
  damage: string,
) =>
  recordEvent(ctx, {
    type: "scrub.mismatch",
    subject: transfer.storage_location_id ?? "lake",
    owner: null,
    data: { file_id: file.id, transfer_id: transfer.id, storage_location_id: transfer.storage_location_id, damage },
    fact: `scrub.mismatch:${transfer.id}:${job_id}`,
  });

async function keep(
  ctx: Context,
  job: ScrubRun,
  cursor: ScrubCursor,
  { file, transfer }: Stored,
  damage: string | null,
): Promise<void> {
  cursor.bytes += file.size_bytes ?? 0;
  cursor[damage === null ? "verified" : "damaged"] += 1;
  if (damage !== null) {
    ctx.log.error("file_damaged", { file_id: file.id, transfer_id: transfer.id });
    if (cursor.errors.length < MOST_ERRORS) cursor.errors.push(`${file.source_path}: ${damage}`);
  }
  const { verified, damaged, bytes } = cursor;
  const message = `Verified ${verified} files...`;
  const read = { id: file.id, transfer_id: transfer.id, verified_at: ctx.now(), damage };
  const told = damage === null ? [] : [recordMismatch(ctx, job.id, { file, transfer }, damage)];
  await job.commit([markRead(ctx.db, read), ...told], { cursor, progress: { message, verified, damaged, bytes } });
}
