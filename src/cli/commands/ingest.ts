import type { Command } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { wrongUsage } from "../catchment/command-error.ts";
import { printJson } from "../catchment/output.ts";
import { readDay } from "../catchment/read-options.ts";
import { openSession } from "../catchment/session.ts";
import { waitForJob } from "../catchment/wait-for-jobs.ts";

interface DownloadOptions {
  market: string;
  timeframe: string;
  from?: string;
  to?: string;
  all?: boolean;
  wait: boolean;
}

/** `ingest download`. */
export function addIngestCommands(program: Command): void {
  program
    .command("ingest")
    .description("collect market data")
    .command("download")
    .description("download candles of a symbol from an exchange")
    .argument("<exchange>", "id of the exchange, such as binance")
    .argument("<symbol>", "such as BTCUSDT")
    .option("--market <market>", "spot, swap or future", "spot")
    .option("--timeframe <length>", "length of a candle", "1m")
    .option("--from <day>", "first day, UTC", readDay)
    .option("--to <day>", "last day, UTC; now when absent", readDay)
    .option("--all", "from the listing on, instead of --from")
    .option("--no-wait", "do not wait for the job to end")
    .addHelpText(
      "after",
      `
What is there already is not asked for again.

Examples:
  catchment ingest download binance BTCUSDT --from 2024-01-01 --to 2024-01-31
  catchment ingest download okx ETHUSDT --timeframe 1h --all --no-wait --json`,
    )
    .action(download);
}

async function download(exchange: string, symbol: string, options: DownloadOptions, command: Command): Promise<void> {
  const { market, timeframe, from, to, all = false } = options;
  if ((from === undefined) !== all)
    throw wrongUsage("Give either --from, or --all for everything from the listing on.");
  const session = openSession(command);
  const { job_id } = await dataOrThrow(
    session.client.POST("/api/v1/ingest/download", {
      body: {
        ...{ exchange, symbol, market, timeframe },
        ...(from === undefined ? { full_history: true } : { start_date: from }),
        ...(to !== undefined && { end_date: to }),
      },
    }),
  );
  const job = await waitForJob(session, job_id, options);
  if (session.json) printJson(job);
}
