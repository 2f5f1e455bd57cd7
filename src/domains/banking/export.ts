import type { Context } from "../../context.ts";
import { writeZip, type ZipFile } from "../../formats/zip-writer.ts";
import { readOwnUser } from "../../platform/auth/sessions.ts";
import type { UserRow } from "../../platform/auth/user.store.ts";
import { listJobs } from "../../platform/jobs/job-list.store.ts";
import { isoTime, renderJob } from "../../platform/jobs/render.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { ownerOf } from "../../platform/storage/uploads.ts";
import { findBankLogin } from "./bank-login.store.ts";
import { COLLECT } from "./collection-schedule.ts";
import { collectionResults } from "./collection-run.ts";
import {
  findForwarderOf,
  listFilesAfter,
  listReportsAfter,
  listSchedulesOf,
  listTokensMade,
  listUploadsBegun,
} from "./export.store.ts";
import { openScreenshot } from "./screenshots.ts";

const ROWS_A_PAGE = 100;
/** More is of nobody who does this by hand. */
const MOST_OF_A_KIND = 1000;
const READ_BYTES = 256 * 1024;

/**
 * Everything that is kept about the caller, as one zip archive: rows as JSON, files and original reports as they are.
 * Secrets are not in it. It is written while it is read; a file that cannot be read breaks it off.
 */
export async function exportOwnData(ctx: Context): Promise<ReadableStream<Uint8Array>> {
  return toStream(writeZip(listEntries(ctx, await readOwnUser(ctx))));
}

async function* listEntries(ctx: Context, user: UserRow): AsyncGenerator<ZipFile> {
  const { db } = ctx;
  const { id } = user;
  const json = (name: string, value: unknown) => textFile(ctx, `${name}.json`, once(JSON.stringify(value, null, 2)));
  const login = await findBankLogin(db, id);
  yield json("account", renderAccount(user));
  yield json("bank-login", login ? { ...login, owner: undefined } : null);
  yield json("code-forwarder", (await findForwarderOf(db, id)) ?? null);
  yield json("uploads", await listUploadsBegun(db, ownerOf({ kind: "user", id }), MOST_OF_A_KIND));
  yield json("tokens", await listTokensMade(db, id, MOST_OF_A_KIND));
  yield listFile(
    ctx,
    "schedules",
    pageBy("~", (last) => listSchedulesOf(db, id, last, ROWS_A_PAGE), "id"),
  );
  yield listFile(ctx, "jobs", jobsOf(ctx, id));
  yield listFile(ctx, "files", withoutPlace(filesOf(ctx, id)));
  yield listFile(ctx, "reports", withoutPlace(reportsOf(ctx, id)));
  for await (const { filename, ...file } of filesOf(ctx, id)) {
    yield storedFile(ctx, `files/${safe(filename)}`, file.modified_at, file);
  }
  for await (const { id: report, filename, ...file } of reportsOf(ctx, id)) {
    yield storedFile(ctx, `reports/${report}/${safe(filename)}`, file.received_at, file);
  }
  yield* screenshotsOf(ctx, id);
}

const filesOf = (ctx: Context, owner: string) =>
  pageBy("", (last) => listFilesAfter(ctx.db, owner, last, ROWS_A_PAGE), "filename");

const reportsOf = (ctx: Context, owner: string) =>
  pageBy("", (last) => listReportsAfter(ctx.db, owner, last, ROWS_A_PAGE), "id");

/** Jobs of a person, in whatever domain, newest first. */
const jobRowsOf = (ctx: Context, id: string) => {
  const audience = { domains: [], principal: id };
  const list = (after: string) => listJobs(ctx.db, { audience, after }, ROWS_A_PAGE);
  return pageBy("~", list, "id");
};

async function* jobsOf(ctx: Context, id: string) {
  for await (const job of jobRowsOf(ctx, id)) yield renderJob(job);
}

async function* screenshotsOf(ctx: Context, id: string): AsyncGenerator<ZipFile> {
  for await (const job of jobRowsOf(ctx, id)) {
    if (job.type !== COLLECT || collectionResults.parse(job.results).screenshot === null) continue;
    const content = chunk(() => openScreenshot(ctx, job.id));
    yield {
      name: `screenshots/${job.id}.png`,
      modified_at: job.completed_at ?? job.created_at,
      size_bytes: 0,
      content,
    };
  }
}

const renderAccount = ({ id, email, role, grants, is_verified, created_at, updated_at }: UserRow) => ({
  ...{ id, email, role, grants, is_verified },
  created_at: isoTime(created_at),
  updated_at: isoTime(updated_at),
});

/** Names come from other people's systems: what a name cannot have anywhere is replaced. */
const safe = (filename: string) => filename.replaceAll(/[^\w.-]/g, "_").replace(/^\.+/, "_");

/** All rows of a list that is read page by page, by the key that the page before ended with. */
async function* pageBy<Key extends string, Row extends Record<Key, string>>(
  first: string,
  list: (last: string) => PromiseLike<Row[]>,
  key: Key,
): AsyncGenerator<Row> {
  let last = first;
  for (;;) {
    const page = await list(last);
    yield* page;
    const end = page.at(-1);
    if (!end || page.length < ROWS_A_PAGE) return;
    last = end[key];
  }
}

/** Rows as their owner knows them: whose they are, and where they lie, is ours. */
async function* withoutPlace(rows: AsyncIterable<{ owner: string; object_key: string }>) {
  for await (const { owner: _owner, object_key: _key, ...row } of rows) yield row;
}

const textFile = (ctx: Context, name: string, texts: AsyncIterable<string>): ZipFile => ({
  name,
  modified_at: ctx.now(),
  size_bytes: 0,
  content: encode(texts),
});

const listFile = (ctx: Context, name: string, rows: AsyncIterable<unknown>) =>
  textFile(ctx, `${name}.json`, jsonArray(rows));

async function* jsonArray(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

async function* encode(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* chunk(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}

function storedFile(
  ctx: Context,
  name: string,
  modified_at: number,
  { object_key, size_bytes }: { object_key: string; size_bytes: number },
): ZipFile {
  return { name, modified_at, size_bytes, content: readObject(ctx.lake, object_key) };
}

/** Opens the object when its turn comes. */
async function* readObject(lake: R2Bucket, key: string): AsyncGenerator<Uint8Array> {
  const object = await lake.get(key);
  if (!object) throw new ObjectChanged();
  if (object.size === 0) return;
  const reader = object.body.getReader({ mode: "byob" });
  try {
    for (;;) {
      const { value, done } = await reader.readAtLeast(READ_BYTES, new Uint8Array(READ_BYTES));
      if (value && value.byteLength > 0) yield value;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Asks for the next chunk only when the reader does. */
function toStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
