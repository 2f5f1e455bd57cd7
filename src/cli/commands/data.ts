import type { Command } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { printJson, printLine, printTable } from "../catchment/output.ts";
import { readCount } from "../catchment/read-options.ts";
import { openSession } from "../catchment/session.ts";

/** `data ls|preview`: one's own files. */
export function addDataCommands(program: Command): void {
  const data = program.command("data").description("one's own files");
  data
    .command("ls")
    .description("list one's own files")
    .option("--limit <count>", "at most so many", readCount, 50)
    .addHelpText("after", "\nExample:\n  catchment data ls")
    .action(listFiles);
  data
    .command("preview")
    .description("show the first rows of a file")
    .argument("<name>", "as data ls shows it")
    .option("--rows <count>", "at most so many", readCount, 20)
    .addHelpText("after", "\nExample:\n  catchment data preview report.csv --rows 5")
    .action(previewFile);
}

async function listFiles({ limit }: { limit: number }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const page = await dataOrThrow(client.GET("/data/list", { params: { query: { limit } } }));
  if (json) return printJson(page);
  printTable(
    ["name", "bytes", "changed"],
    page.files.map(({ filename, size_bytes, modified_ms }) => [
      ...[filename, size_bytes, new Date(modified_ms).toISOString()],
    ]),
  );
  if (page.files.length < page.total_count) printLine(`${page.files.length} of ${page.total_count} files`);
}

async function previewFile(name: string, { rows }: { rows: number }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const params = { path: { filename: name }, query: { rows } };
  const { preview } = await dataOrThrow(client.GET("/data/files/{filename}/preview", { params }));
  if (json) return printJson(preview);
  if (preview.type !== "dataframe") return printLine(JSON.stringify(preview));
  const names = preview.columns.map((column) => column.name);
  printTable(
    names,
    preview.rows.map((row) => names.map((column) => row[column])),
  );
  printLine(`${preview.rows.length} of ${preview.n_rows} rows`);
}
