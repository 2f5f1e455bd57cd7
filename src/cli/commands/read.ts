import { extname } from "node:path";
import { type Command, Option } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { wrongUsage } from "../catchment/command-error.ts";
import { note, printJson, printLine, printTable } from "../catchment/output.ts";
import { readCount, readDay } from "../catchment/read-options.ts";
import { openSession, type Session } from "../catchment/session.ts";
import { writeAnswer } from "../catchment/write-answer.ts";

const FORMATS = ["table", "csv", "ndjson", "parquet"] as const;
const DATA_TYPES = ["raw", "agg", "ticks", "alt", "funding"] as const;
const ROWS_OF_A_TABLE = 50;

interface ReadOptions {
  from: string;
  to: string;
  market?: string;
  timeframe?: string;
  dataType: (typeof DATA_TYPES)[number];
  columns?: string;
  features?: string;
  limit?: number;
  format?: (typeof FORMATS)[number];
  output?: string;
}

/** `read`: the rows of one series. */
export function addReadCommand(program: Command): void {
  program
    .command("read")
    .description("read the rows of a series")
    .argument("<exchange>", "id of the exchange, such as binance")
    .argument("<symbol>", "such as BTCUSDT")
    .requiredOption("--from <day>", "first day, UTC", readDay)
    .requiredOption("--to <day>", "last day, UTC", readDay)
    .option("--market <market>", "the market, when the symbol is on several")
    .option("--timeframe <length>", "length of a candle")
    .addOption(new Option("--data-type <type>", "kind of series").choices(DATA_TYPES).default("raw"))
    .option("--columns <names>", "columns in the order wanted, separated by commas")
    .option("--features <sets>", "feature sets to join, as set@version, separated by commas")
    .option("--limit <count>", `at most so many rows; ${ROWS_OF_A_TABLE} for a table`, readCount)
    .addOption(new Option("--format <format>", "format of the answer; else as the file is called").choices(FORMATS))
    .option("--output <file>", "file to write instead of the terminal")
    .addHelpText(
      "after",
      `
Examples:
  catchment read binance BTCUSDT --from 2024-01-01 --to 2024-01-01 --limit 5
  catchment read binance BTCUSDT --from 2024-01-01 --to 2024-01-31 --output btc.parquet
  catchment read binance BTCUSDT --from 2024-01-01 --to 2024-01-31 --format csv | head`,
    )
    .action(read);
}

async function read(exchange: string, symbol: string, options: ReadOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const { output } = options;
  const format = chooseFormat(options);
  if (session.json && (output !== undefined || format !== "table")) {
    throw wrongUsage("--json prints the rows: leave --format and --output away.");
  }
  const query = queryOf({ exchange, symbol, ...options });
  if (format === "table") return showRows(session, query, options.limit);
  if (format === "parquet" && output === undefined) throw wrongUsage("Parquet needs a file: give --output.");
  const answer = session.client.GET("/read", { params: { query: { ...query, format } }, parseAs: "stream" });
  const bytes = await writeAnswer(await dataOrThrow(answer), output);
  if (output !== undefined) printLine(`Wrote ${bytes.toLocaleString("en-US")} bytes to ${output}.`);
}

function chooseFormat({ format, output }: ReadOptions): (typeof FORMATS)[number] {
  if (output === undefined) return format ?? "table";
  const named = FORMATS.find((known) => `.${known}` === extname(output).toLowerCase());
  const chosen = format ?? named;
  if (chosen !== undefined && chosen !== "table") return chosen;
  throw wrongUsage("Name the file .csv, .ndjson or .parquet, or give --format.");
}

function queryOf(options: ReadOptions & { exchange: string; symbol: string }) {
  const { exchange, symbol, from, to, dataType, market, timeframe, columns, features, limit } = options;
  return {
    ...{ exchange, symbol, start: from, end: to, data_type: dataType },
    ...(market !== undefined && { market }),
    ...(timeframe !== undefined && { timeframe }),
    ...(columns !== undefined && { columns }),
    ...(features !== undefined && { features }),
    ...(limit !== undefined && { limit }),
  };
}

async function showRows(session: Session, query: ReturnType<typeof queryOf>, limit: number | undefined): Promise<void> {
  // One row more than is shown says whether there are more.
  const most = session.json ? limit : (limit ?? ROWS_OF_A_TABLE) + 1;
  const params = { query: { ...query, ...(most !== undefined && { limit: most }) } };
  const rows = await dataOrThrow(session.client.GET("/read", { params }));
  if (session.json) return printJson(rows);
  const shown = rows.slice(0, limit ?? ROWS_OF_A_TABLE);
  const [first] = shown;
  if (first === undefined) return note("There are no rows in this time.");
  const names = Object.keys(first);
  printTable(
    names,
    shown.map((row) => names.map((name) => Reflect.get(row, name))),
  );
  if (rows.length > shown.length && limit === undefined) note("There are more rows: --limit or --output gives them.");
}
