import { parquetMetadata, parquetScan } from "hyparquet";
import { fromInt64 } from "./int64.ts";
import { columnNames } from "./parquet.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import type { Table, TableValues } from "./table.ts";

/** All rows of a Parquet file that `writeTableFile` or a file of candles is. */
export async function readTable(bytes: Uint8Array): Promise<Table> {
  const buffer = bytes.slice().buffer;
  const metadata = parquetMetadata(buffer, { geoparquet: false });
  const row_count = Number(metadata.num_rows);
  const columns = new Map<string, TableValues>();
  if (row_count === 0) return { row_count, columns };
  const names = columnNames(metadata);
  const scan = await parquetScan({
    file: buffer,
    metadata,
    columns: names,
    compressors: parquetCodecs,
    useOffsetIndex: false,
  });
  for (const column of names) {
    columns.set(column, toValues(await scan.readColumn({ column, rowStart: 0, rowEnd: row_count })));
  }
  return { row_count, columns };
}

function toValues(values: ArrayLike<unknown>): TableValues {
  if (values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array) return fromInt64(values);
  if (Array.prototype.some.call(values, (value) => typeof value === "string")) {
    return Array.from(values, (value) => String(value ?? ""));
  }
  return Float64Array.from(values, (value) => Number(value ?? Number.NaN));
}
