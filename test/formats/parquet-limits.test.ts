import { gzipSync } from "node:zlib";
import { type AsyncBuffer, parquetMetadata } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { parquetCodecs } from "../../src/formats/parquet-codecs.ts";
import { decimalValue, isReadableDecimal } from "../../src/formats/parquet-decimals.ts";
import { readFooter } from "../../src/formats/parquet-footer.ts";
import { readRuns } from "../../src/formats/parquet-pages.ts";
import { summarizeTable } from "../../src/formats/summarize-table.ts";
import type { TableSource } from "../../src/formats/table-source.ts";

it("a footer that says it is larger than fits in memory is not fetched", async () => {
  const asked: number[] = [];
  const file: AsyncBuffer = {
    byteLength: 100 * 1024 * 1024,
    async slice(start, end = 0) {
      asked.push(end - start);
      const bytes = new Uint8Array(end - start);
      bytes.set(new TextEncoder().encode("PAR1"), bytes.length - 4);
      new DataView(bytes.buffer).setUint32(bytes.length - 8, 90 * 1024 * 1024, true);
      return bytes.buffer;
    },
  };
  await expect(readFooter(file)).rejects.toThrow("The footer is too large to be read");
  expect(asked).toEqual([16 * 1024]);
});

it("a page unpacks to what it says it does, and to no more than fits in memory", () => {
  const packed = gzipSync(new Uint8Array(1024 * 1024));
  expect(parquetCodecs.GZIP?.(packed, 1024 * 1024)).toHaveLength(1024 * 1024);
  expect(() => parquetCodecs.GZIP?.(packed, 100)).toThrow();
  for (const unpack of Object.values(parquetCodecs)) {
    expect(() => unpack(packed, 2 ** 30)).toThrow("A page is too large to be read");
  }
});

it("a column has as many values as its group has rows", async () => {
  const data = Array.from({ length: 100 }, (_, row) => row);
  const file = parquetWriteBuffer({ columnData: [{ name: "y", data, type: "DOUBLE" }] });
  const metadata = parquetMetadata(file);
  const read = async (num_rows: number) => {
    const [group] = metadata.row_groups;
    const element = metadata.schema[1];
    if (!group || !element) throw new Error("No column was written");
    const runs: number[][] = [];
    const request = { metadata, group: { ...group, num_rows: BigInt(num_rows) }, element, row_count: num_rows };
    for await (const run of readRuns(file, { ...request, parsers: {} })) runs.push(Array.from(run, Number));
    return runs.flat();
  };
  expect(await read(100)).toEqual(data);
  await expect(read(10)).rejects.toThrow("A column has more values than its group");
  await expect(read(1000)).rejects.toThrow("A column has fewer rows than its group");
});

it("decimals have 32 bytes and 76 digits at most", () => {
  expect(decimalValue(new Uint8Array(32).fill(1, 31), 0)).toBe(1);
  expect(decimalValue(new Uint8Array(33).fill(1, 32), 0)).toBeNull();
  const decimal = { name: "d", converted_type: "DECIMAL", precision: 76 } as const;
  expect([76, 77, -1].map((scale) => isReadableDecimal({ ...decimal, scale }))).toEqual([true, false, false]);
  expect(isReadableDecimal({ ...decimal, scale: 2, type_length: 33 })).toBe(false);
});

it("a table of very many columns has pyramids of the first 1,024", async () => {
  const names = Array.from({ length: 1100 }, (_, index) => `c${index}`);
  const source: TableSource = {
    columns: () => names.map((name) => ({ name, dtype: "float64" })),
    async *batches() {
      yield {
        row_count: 1,
        firstRows: async () => [names.map(() => 1)],
        numbers: async () => Float64Array.of(1),
        cells: async () => [1],
      };
    },
  };
  const { pyramids } = await summarizeTable(source);
  expect([...pyramids.columns.keys()]).toEqual(names.slice(0, 1024));
});
