import { expect, it } from "vitest";
import type { KindedColumn } from "../../../src/formats/reports/column-kinds.ts";
import type { ReportCell } from "../../../src/formats/reports/report.ts";
import { createReportFile, openReportFile } from "../../../src/formats/reports/report-file.ts";
import { AppError, unavailable } from "../../../src/errors.ts";
import { askDuckdb, writeWithDuckdb } from "../../support/duckdb.ts";

const COLUMNS: KindedColumn[] = [
  { name: "Beker. ár", kind: "number" },
  { name: "P&L/db HUF", kind: "text" },
  { name: "Igaz", kind: "boolean" },
  { name: "nothing yet", kind: "empty" },
];

function write(columns: readonly KindedColumn[], ...groups: ReportCell[][][]): Uint8Array<ArrayBuffer> {
  const file = createReportFile(columns);
  const parts = [...groups.map((rows) => file.write(rows)), file.finish()];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

async function rowsOf(bytes: Uint8Array<ArrayBuffer>): Promise<ReportCell[][] | null> {
  const file = await openReportFile(bytes.buffer);
  if (!file) return null;
  const rows: ReportCell[][] = [];
  for await (const row of file.rows()) rows.push(row);
  return rows;
}

it("holds what was written, group by group, as DuckDB sees it too", async () => {
  const groups: ReportCell[][][] = [
    [
      [0.1, "árvíztűrő €", true, null],
      [null, null, null, null],
    ],
    [[-1e-7, "", false, null]],
    Array.from({ length: 5000 }, (_, index) => [index, index % 2 ? `t${index}` : null, index % 3 === 0, null]),
  ];
  const bytes = write(COLUMNS, ...groups);
  expect((await openReportFile(bytes.buffer))?.columns).toEqual(COLUMNS);
  expect(await rowsOf(bytes)).toEqual(groups.flat());
  const seen = await askDuckdb<Record<string, ReportCell>>("SELECT * FROM read_parquet({file})", { file: bytes });
  expect(seen.map((row) => COLUMNS.map(({ name }) => row[name]))).toEqual(groups.flat());
});

it("without rows is a file with columns", async () => {
  const bytes = write(COLUMNS);
  expect(await rowsOf(bytes)).toEqual([]);
  expect(await askDuckdb("SELECT count(*)::INT AS n FROM read_parquet({file})", { file: bytes })).toEqual([{ n: 0 }]);
});

it("is told from a file whose footer breaks its reader, but a fault of the storage stays one", async () => {
  const bytes = write(COLUMNS, [[1, "a", true, null]]);
  for (let at = bytes.length - 9; at > bytes.length - 200; at--) {
    const broken = bytes.slice();
    broken.fill(0xff, at, at + 3);
    // Whatever the reader makes of it, it throws nothing.
    await openReportFile(broken.buffer).catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
  }
  const fault = unavailable("The lake does not answer");
  const file = { byteLength: bytes.length, slice: () => Promise.reject(fault) };
  await expect(openReportFile(file)).rejects.toBe(fault);
});

it("is told from every other file", async () => {
  const foreign = await writeWithDuckdb("SELECT 1.5::DOUBLE AS a", "FORMAT parquet");
  const noParquet = Uint8Array.from(new TextEncoder().encode("a,b\n1,2\n"));
  const marked = await writeWithDuckdb("SELECT 1 AS a", "FORMAT parquet, KV_METADATA {'catchment.report': 'number'}");
  for (const bytes of [foreign, noParquet, marked]) expect(await rowsOf(bytes)).toBeNull();
});
