import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { createFormParser, type PartName } from "./multipart-parser.ts";
import type { StoredObject } from "./objects.ts";
import { segmentProblem } from "./segments.ts";
import { readBody } from "./stream-body.ts";
import { requireRoom } from "../quotas/byte-quota.ts";
import { createObjectWriter, discardObject, type ObjectWriter, type StorageContext } from "./stream-writer.ts";
import { uploadKey } from "./upload-keys.ts";

export interface ReceiveOptions {
  /** Largest body, all parts together; more is a 413. */
  max_bytes: number;
  /** Names of the parts that may be files, each at most once; any other file is a 422. */
  files: readonly string[];
  /** What the objects' rows say of their origin, such as `features`. */
  origin: string;
}

export interface ReceivedFile {
  /** Name of the form's part. */
  field: string;
  /** As the caller wrote it, in NFC; it has passed `segmentProblem`. */
  filename: string;
  content_type: string;
  /** In the lake already, `pending`: name its key in a row and call `markLive` in the same batch. */
  object: StoredObject;
}

export interface ReceivedForm {
  /** Text parts; the last of equal names wins. */
  fields: Record<string, string>;
  /** By the name of the part. */
  files: Map<string, ReceivedFile>;
}

/**
 * Streams a form's files into the lake while its parts come in, in any order, and hands fields and files to `use`,
 * whose result it returns. Nothing stays in the lake when the body is wrong, too large or cut off, or when `use`
 * throws: only files that `use` made live are kept. At most some 20 MiB are in memory.
 *
 * The clean-up outlives a caller that hangs up. Throws `unprocessable` for what is no form, `tooLarge` past the limits.
 */
export function receiveMultipart<T>(
  ctx: StorageContext & Pick<Context, "defer">,
  request: Request,
  options: ReceiveOptions,
  use: (form: ReceivedForm) => Promise<T>,
): Promise<T> {
  const work = receive(ctx, request, options, use);
  ctx.defer(work.catch(() => {}));
  return work;
}

interface OpenFile {
  part: PartName & { content_type: string };
  filename: string;
  key: string;
  writer: ObjectWriter;
  ended: boolean;
}

async function receive<T>(
  ctx: StorageContext,
  request: Request,
  options: ReceiveOptions,
  use: (form: ReceivedForm) => Promise<T>,
): Promise<T> {
  const form: ReceivedForm = { fields: {}, files: new Map() };
  const open = new Map<string, OpenFile>();
  await requireRoom(ctx, request);
  try {
    await readForm(ctx, request, options, form, open);
    return await use(form);
  } catch (error) {
    for (const { writer } of open.values()) await writer.abort();
    for (const { object } of form.files.values()) await discardObject(ctx, object.key);
    throw error;
  }
}

async function readForm(
  ctx: StorageContext,
  request: Request,
  options: ReceiveOptions,
  form: ReceivedForm,
  open: Map<string, OpenFile>,
): Promise<void> {
  const fields = new Map<string, string>();
  const parser = createFormParser(request.headers.get("Content-Type") ?? "", {
    onField: (name, value) => fields.set(name, value),
    onFile: (part) => {
      const file = openFile(ctx, part, options);
      if (open.has(part.name) || form.files.has(part.name)) throw refused(part.name, "was sent twice");
      open.set(part.name, file);
      return (chunk) => {
        if (chunk) file.writer.write(chunk);
        else file.ended = true;
      };
    },
  });
  for await (const chunk of readBody(request, options.max_bytes)) {
    for (const { writer } of open.values()) await writer.ready();
    parser.write(chunk);
    await finishEnded(open, form);
  }
  parser.end();
  await finishEnded(open, form);
  form.fields = Object.fromEntries(fields);
}

function openFile(ctx: StorageContext, part: OpenFile["part"], { files, origin }: ReceiveOptions): OpenFile {
  if (!files.includes(part.name)) throw refused(part.name, "must not be a file");
  const problem = segmentProblem(part.filename ?? "");
  if (problem) throw refused(part.name, `has a file name that ${problem}`);
  const filename = (part.filename ?? "").normalize("NFC");
  const key = uploadKey(filename);
  const writer = createObjectWriter(ctx, { key, content_type: part.content_type, origin });
  return { part, filename, key, writer, ended: false };
}

async function finishEnded(open: Map<string, OpenFile>, form: ReceivedForm): Promise<void> {
  for (const [field, { part, filename, writer, ended }] of open) {
    if (!ended) continue;
    const object = await writer.finish();
    open.delete(field);
    form.files.set(field, { field, filename, content_type: part.content_type, object });
  }
}

const refused = (field: string, message: string) => unprocessable([{ field, message }]);
