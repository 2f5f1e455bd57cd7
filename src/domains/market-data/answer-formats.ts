import { csvHeader, csvRows, jsonRows, ndjsonRows, writeRows } from "../../formats/json-rows.ts";
import { createParquetStream } from "../../formats/parquet-writer.ts";
import type { TableColumns } from "../../formats/table.ts";
import { lengthOf } from "./row-stream.ts";

export const ANSWER_FORMATS = ["json", "ndjson", "csv", "parquet"] as const;
export type AnswerFormat = (typeof ANSWER_FORMATS)[number];

export const CONTENT_TYPES: Record<AnswerFormat, string> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
};

/** Columns of an answer in their order, and which of them hold texts. */
export interface AnswerColumns {
  names: readonly string[];
  texts: ReadonlySet<string>;
}

type Pieces = AsyncIterable<TableColumns>;
type Bytes = AsyncGenerator<Uint8Array>;

/** The format an `Accept` header prefers among ours; JSON when it names none of them. */
export function preferredFormat(accept: string | undefined): AnswerFormat {
  const wanted = (accept ?? "")
    .split(",")
    .map((part) => {
      const [type = "", ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return { type, quality: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { type } of wanted) {
    const format = ANSWER_FORMATS.find((name) => CONTENT_TYPES[name].split(";")[0] === type);
    if (format) return format;
    if (type === "*/*" || type === "application/*") return "json";
  }
  return "json";
}

/** The bytes of an answer, a chunk per piece of rows. */
export function encodeAnswer(format: AnswerFormat, columns: AnswerColumns, pieces: Pieces): Bytes {
  return ENCODERS[format](columns, pieces);
}

const ENCODERS: Record<AnswerFormat, (columns: AnswerColumns, pieces: Pieces) => Bytes> = {
  async *json(_, pieces) {
    let prefix = "[";
    for await (const columns of pieces) {
      const chunk = writeRows(columns, jsonRows, { from: 0, to: lengthOf(columns), prefix });
      // The comma after the last row stays out until it is known that another row follows.
      yield chunk.subarray(0, -1);
      prefix = ",";
    }
    yield new TextEncoder().encode(prefix === "[" ? "[]" : "]");
  },

  async *ndjson(_, pieces) {
    for await (const columns of pieces) yield writeRows(columns, ndjsonRows, { from: 0, to: lengthOf(columns) });
  },

  async *csv({ names }, pieces) {
    yield new TextEncoder().encode(csvHeader(names));
    for await (const columns of pieces) yield writeRows(columns, csvRows, { from: 0, to: lengthOf(columns) });
  },

  async *parquet({ names, texts }, pieces) {
    const stream = createParquetStream(names, texts);
    for await (const columns of pieces) yield stream.write(columns);
    yield stream.finish();
  },
};
