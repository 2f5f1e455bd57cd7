import type { Exchange } from "../../connectors/exchanges/exchange.ts";
import type { TimedRows } from "../../formats/timed-rows.ts";
import type { DownloadPlan } from "./download-plan.ts";
import type { Interval } from "./intervals.ts";

/** What an exchange gave of one stretch. */
interface SourcePage {
  rows: TimedRows;
  /** Ms up to which, from the start of the stretch on, the answer shows all that there is. */
  covered_until: number;
  /** Ms before which the exchange gives nothing at all, where that is after the start; else null. */
  unavailable_until: number | null;
}

/** The kind of rows that a download collects. */
export interface DownloadSource {
  page(stretch: Interval): Promise<SourcePage>;
  /** Time of the first row that there may be, in ms; null when there is none. */
  first(): Promise<number | null>;
}

/** The first perpetual contract with funding was listed in May 2016. */
const FIRST_FUNDING = Date.UTC(2016, 4, 1);

/** Candles, or the funding rates that come at no fixed interval, of the plan's listing. */
export function openSource(exchange: Exchange, plan: DownloadPlan): DownloadSource {
  const { listing, timeframe, step } = plan;
  const { symbol } = listing;
  if (step !== null) {
    return {
      async page({ from, to }) {
        const { candles, ...proven } = await exchange.candles({ symbol, timeframe, since: from, until: to });
        return { rows: candles, ...proven };
      },
      first: () => exchange.firstCandle({ symbol, timeframe }),
    };
  }
  return {
    async page({ from, to }) {
      const { rates, ...proven } = await exchange.fundingRates({ symbol, since: from, until: to });
      return { rows: rates, ...proven };
    },
    // No exchange says since when it has paid; a contract pays nothing before its first trade.
    first: async () => (await firstDay(exchange, symbol)) ?? FIRST_FUNDING,
  };
}

async function firstDay(exchange: Exchange, symbol: string): Promise<number | null> {
  return exchange.timeframes.includes("1d") ? exchange.firstCandle({ symbol, timeframe: "1d" }) : null;
}
