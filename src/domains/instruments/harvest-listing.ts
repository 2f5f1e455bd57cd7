import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { markHarvested, observeFiles, type ObservedFile } from "./harvest.store.ts";
import { addError } from "./harvest-cursor.ts";
import type { HarvestWorld } from "./harvest-world.ts";
import { mintArk } from "./identifiers.ts";

/** Of one statement, in UTF-16: the text of all its files is one parameter, of which D1 takes 2 MB. */
const CHARACTERS_A_STATEMENT = 500_000;

/** Keeps what the source lists, page by page; false when the slice is over before its end. */
export async function listSource(ctx: Context, { job, cursor, instrument, source }: HarvestWorld): Promise<boolean> {
  while (cursor.page) {
    if (job.outOfTime()) return false;
    if (cursor.page.at === null) cursor.listed_at = ctx.now();
    const { files, next, problems } = await source.list(cursor.page.at);
    const now = ctx.now();
    const observed = files.map((file) => ({
      ...file,
      id: crypto.randomUUID(),
      persistent_id: mintArk(ctx),
      filename: file.path.slice(file.path.lastIndexOf("/") + 1),
    }));
    const statements: Statement[] = batchesOf(observed).map((rows) => observeFiles(ctx.db, instrument.id, rows, now));
    for (const problem of problems) addError(cursor, problem);
    cursor.incomplete ||= problems.length > 0;
    cursor.total_discovered += files.length;
    cursor.page = next === null ? null : { at: next };
    // A listing with holes says nothing about what is not in it.
    if (next === null && !cursor.incomplete) statements.push(markHarvested(ctx.db, instrument.id, now));
    const progress = {
      message: `Found ${cursor.total_discovered} files...`,
      total_discovered: cursor.total_discovered,
    };
    await job.commit(statements, { cursor, progress });
  }
  return true;
}

function batchesOf(files: readonly ObservedFile[]): ObservedFile[][] {
  const batches: ObservedFile[][] = [];
  let room = 0;
  for (const file of files) {
    const length = JSON.stringify(file).length;
    if (length > room) {
      batches.push([]);
      room = CHARACTERS_A_STATEMENT;
    }
    batches.at(-1)?.push(file);
    room -= length;
  }
  return batches;
}
