import { open } from "node:fs/promises";
import { openTable } from "../../src/formats/open-table.ts";
import { scanSeries } from "../../src/formats/series.ts";
import { summarizeTable } from "../../src/formats/summarize-table.ts";

/** `read-table.ts FILE summary|COLUMN`: prints how many rows, or points of `amount` against the column, a file has. */
const [path = "", what = ""] = process.argv.slice(2);

const handle = await open(path);
const { size } = await handle.stat();
const file = {
  byteLength: size,
  slice: async (start: number, end = size) => {
    const bytes = new Uint8Array(Math.min(end, size) - start);
    await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  },
};
const source = await openTable(file, path);
if (!source) throw new Error(`${path} is no table`);
const place = (name: string) => source.columns().findIndex((column) => column.name === name);
if (what === "summary") console.log((await summarizeTable(source)).head.row_count);
else {
  const columns = { x: place(what), y: place("amount"), max_points: 10_000 };
  console.log((await scanSeries(source, columns)).point_count);
}
await handle.close();
