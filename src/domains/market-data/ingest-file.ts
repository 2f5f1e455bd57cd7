import type { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { badRequest, unprocessable } from "../../errors.ts";
import { runSlice } from "../../platform/jobs/consume.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { findJob } from "../../platform/jobs/job.store.ts";
import { startJob } from "../../platform/jobs/start.ts";
import { receiveMultipart, type ReceivedForm } from "../../platform/storage/multipart.ts";
import { readBody } from "../../platform/storage/stream-body.ts";
import { findFinishedUpload } from "../../platform/storage/finished-uploads.ts";
import { type IngestFileParams, ingestFileJob } from "./ingest-file.job.ts";
import { findSourceObjects } from "./ingest-file.store.ts";
import { describeFileSeries, fileDescription, fileRequest } from "./ingest-file-params.ts";
import { newScan, scanFile } from "./ingest-file-scan.ts";
import { seriesSubject } from "./download-params.ts";
import { findSeries } from "./series.store.ts";

/** Above this a file is read by a job; below, while the caller waits. */
const INLINE_BYTES = 8 * 1024 * 1024;
/** Larger files come by an upload session. */
const MOST_FORM_BYTES = 1024 ** 3;
const MOST_JSON_BYTES = 1024 ** 2;
/** Folder of the lake that people fill by themselves. */
export const INBOX = "inbox/";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A CSV that has been read, or waits to be. */
export interface IngestAnswer {
  status: "completed" | "pending";
  message: string;
  job_id: string;
  rows: number;
  bad_row_count: number;
  bad_rows: { line: number; reason: string }[];
  files: string[];
}

/** Reads a CSV into the lake, from a form or from where it lies; throws 400, 409, 413 and 422 as the route says. */
export async function ingestFile(ctx: Context, request: Request): Promise<IngestAnswer> {
  const type = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) return ingestStored(ctx, parseJson(await readText(request)));
  const options = { max_bytes: MOST_FORM_BYTES, files: ["file"], origin: "ingest-file" };
  return receiveMultipart(ctx, request, options, (form) => ingestForm(ctx, form));
}

async function ingestForm(ctx: Context, { fields, files }: ReceivedForm): Promise<IngestAnswer> {
  const file = files.get("file")?.object;
  if (!file) return ingestStored(ctx, fields);
  const description = parseAs(fileDescription, fields);
  const series = describeFileSeries(description);
  return ingest(ctx, { ...series, object_key: file.key, size_bytes: file.size_bytes, temporary: true });
}

async function ingestStored(ctx: Context, input: unknown): Promise<IngestAnswer> {
  const { source_path, ...description } = parseAs(fileRequest, input);
  const series = describeFileSeries(description);
  return ingest(ctx, { ...series, ...(await findSource(ctx, source_path)), temporary: false });
}

async function findSource(ctx: Context, path: string): Promise<{ object_key: string; size_bytes: number }> {
  const [known] = await findSourceObjects(ctx.db, path);
  if (known) return known;
  const upload = await findFinishedUpload(ctx, UUID.test(path) ? { upload_id: path } : { source_path: path });
  if (upload) return { object_key: upload.object.key, size_bytes: upload.object.size_bytes };
  const stored = path.startsWith(INBOX) ? await ctx.lake.head(path) : null;
  if (!stored) throw badRequest("Source file not found", "SOURCE_NOT_FOUND");
  return { object_key: path, size_bytes: stored.size };
}

async function ingest(ctx: Context, params: IngestFileParams): Promise<IngestAnswer> {
  const inline = params.size_bytes <= INLINE_BYTES;
  // What is wrong with the file itself is the caller's to hear at once, before there is a job.
  const scan = await newScan(ctx, params, params.data_type);
  if (inline) await scanFile(ctx, params, scan, async () => false);
  const [known] = await findSeries(ctx.db, params);
  const owned = { ...params, symbol: known?.symbol ?? params.symbol };
  const job = await startJob(ctx, ingestFileJob, owned, {
    subject: seriesSubject(owned),
    progress: { message: "Queued" },
    unsent: inline,
  });
  if (!inline) return queued(params, job);
  await runSlice(ctx, new Map([[ingestFileJob.type, ingestFileJob]]), job.id);
  const ended = (await findJob(ctx.db, job.id)) ?? job;
  if (ended.status === "completed") return completed(ended);
  if (ended.status !== "failed") return queued(params, ended);
  throw unprocessable([{ field: "file", message: ended.errors.at(-1) ?? "could not be read" }]);
}

function queued({ symbol, exchange }: IngestFileParams, job: JobRow): IngestAnswer {
  const message = `Queued ingest of ${symbol} from ${exchange}`;
  return { status: "pending", message, job_id: job.id, rows: 0, bad_row_count: 0, bad_rows: [], files: [] };
}

function completed({ id, results }: JobRow): IngestAnswer {
  // The row holds what the job's own `done` gave.
  const { message, rows, bad_row_count, bad_rows, files } = results as unknown as IngestAnswer;
  return { status: "completed", message, job_id: id, rows, bad_row_count, bad_rows, files };
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of readBody(request, MOST_JSON_BYTES)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unprocessable([{ field: "body", message: "is neither JSON nor a form" }]);
  }
}

function parseAs<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw unprocessable(result.error.issues.map(({ path, message }) => ({ field: path.join(".") || "body", message })));
}
