import { unprocessable } from "../../errors.ts";
import type { ReportTable } from "../../formats/reports/report.ts";
import { segmentProblem } from "../../platform/storage/segments.ts";

const LONGEST_PART = 60;
const PLAIN = new RegExp(`^[\\w-]{1,${LONGEST_PART}}$`);

/** The name of a report that a caller gave, or its file's without the ending. Throws 422 for `report`. */
export function reportName(given: string | undefined, filename: string): string {
  if (given === undefined) return plainPart(filename.replace(/\.[^.]*$/, "")) || "report";
  if (PLAIN.test(given)) return given;
  const message = `must be of letters, digits, dashes and underscores, ${LONGEST_PART} at most`;
  throw unprocessable([{ field: "report", message }]);
}

/**
 * Where the rows of each table go: of a report with one table into the file of its name, of several each into one named
 * after its table too, which for tables of equal names depends on their order.
 */
export function tableFilenames(report: string, tables: readonly ReportTable[]): string[] {
  if (tables.length === 1) return [`${report}.parquet`];
  const taken = new Set<string>();
  return tables.map(({ name }) => {
    const part = plainPart(name) || "table";
    let unique = part;
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${part}_${count}`;
    taken.add(unique.toLowerCase());
    return `${report}_${unique}.parquet`;
  });
}

/** As the bank named the file, where that can be a name. */
export const originalName = (filename: string): string =>
  segmentProblem(filename) === null ? filename.normalize("NFC") : "report";

/** Letters without their accents. */
function plainPart(name: string): string {
  const bare = name.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return bare
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, LONGEST_PART);
}
