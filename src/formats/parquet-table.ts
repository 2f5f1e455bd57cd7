import { parquetMetadata, parquetScan } from "hyparquet";
import { columnNames, toValues } from "./parquet.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { joinValues, type Table, type TableValues } from "./table.ts";

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
    const parts: TableValues[] = [];
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      parts.push(toValues(await scan.readColumn({ column, rowStart, rowEnd })));
      rowStart = rowEnd;
    }
    columns.set(column, joinValues(parts));
  }
  return { row_count, columns };
}
