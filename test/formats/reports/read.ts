import { readReport } from "../../../src/formats/reports/read-report.ts";
import type { GridShape } from "../../../src/formats/reports/cell-grid.ts";

/** A report by its bytes or text, under a name that says nothing. */
export function read(
  content: string | Uint8Array,
  { content_type = "", shape }: { content_type?: string; shape?: GridShape } = {},
) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return readReport(bytes, { filename: "report", content_type, shape, import_date: "2026-01-31" });
}

/** What reading refuses, as `400 unreadable report: …`. */
export async function refusal(content: string | Uint8Array): Promise<string> {
  const error: unknown = await read(content).catch((thrown: unknown) => thrown);
  if (error instanceof Error && "status" in error) return `${String(error.status)} ${error.message}`;
  throw new Error("The report was read, or failed in another way", { cause: error });
}
