import { Buffer } from "node:buffer";
import { type AsyncBuffer, parquetMetadataAsync } from "hyparquet";
import { beforeAll, expect, it } from "vitest";
import { holdGroup } from "../../src/formats/parquet-group.ts";
import { openParquetRows } from "../../src/formats/parquet-rows.ts";
import { askDuckdb } from "../support/duckdb.ts";

const COLUMNS = Array.from({ length: 10 }, (_, index) => `i + ${index} AS c${index}`).join(", ");
const ROWS = 70_000;

let bytes: ArrayBuffer;

beforeAll(async () => {
  const copy = `COPY (SELECT ${COLUMNS} FROM range(${ROWS}) rows(i)) TO {out.parquet} (FORMAT parquet, ROW_GROUP_SIZE 40960)`;
  const [row] = await askDuckdb<{ content: string }>(
    `${copy}; SELECT base64(content) AS content FROM read_blob({out.parquet})`,
    { "out.parquet": new Uint8Array() },
  );
  bytes = Uint8Array.from(Buffer.from(row?.content ?? "", "base64")).buffer;
});

/** The file, and where each of its reads begins. */
function countReads(): { file: AsyncBuffer; reads: number[] } {
  const reads: number[] = [];
  const slice = (start: number, end?: number) => {
    reads.push(start);
    return bytes.slice(start, end);
  };
  return { file: { byteLength: bytes.byteLength, slice }, reads };
}

it("a row group is read once, however many parts its rows come in", async () => {
  const { file, reads } = countReads();
  const { metadata, rows } = { metadata: await parquetMetadataAsync(file), rows: await openParquetRows(file) };
  reads.length = 0;
  const parts: number[] = [];
  for (let from = 0; from < rows.row_count;) {
    const part = await rows.read(from);
    expect(part.map(({ c0, c9 }) => [c0, c9])).toEqual(part.map((_, index) => [from + index, from + index + 9]));
    from += part.length;
    parts.push(part.length);
  }
  expect(parts.reduce((sum, length) => sum + length)).toBe(ROWS);
  expect(metadata.row_groups).toHaveLength(2);
  expect(parts.length).toBeGreaterThan(2);
  expect(reads).toHaveLength(2);
});

it("a group with a column that would not fit in memory is refused, unless its pages have an index", async () => {
  const { file, reads } = countReads();
  const [group] = (await parquetMetadataAsync(file)).row_groups;
  const [column] = group?.columns ?? [];
  if (!group || !column?.meta_data) throw new Error("DuckDB has written no column");
  const meta_data = { ...column.meta_data, total_compressed_size: 64n * 1024n * 1024n + 1n };
  const message = "has a column of more than 67108864 bytes in one row group";
  await expect(holdGroup(file, { ...group, columns: [{ ...column, meta_data }] })).rejects.toMatchObject({
    status: 422,
    errors: [{ field: "file", message }],
  });
  reads.length = 0;
  const indexed = { ...column, meta_data, offset_index_offset: 4n };
  expect(await holdGroup(file, { ...group, columns: [indexed] })).toBe(file);
  expect(reads).toEqual([]);
});
