import { badRequest } from "../../errors.ts";
import { symbolKey } from "./symbols.ts";
import { finestTimeframe } from "./timeframes.ts";

/** What a choice among series goes by; several rows may be of one series. */
interface Choosable {
  series_id: number;
  symbol: string;
  market: string;
  timeframe: string;
}

/**
 * The rows of the one series that a question without market or timeframe means: SPOT, else the only market; `1m`, else
 * the shortest timeframe. Throws 400 when the symbol is on several markets and none of them is SPOT.
 */
export function chooseSeries<Row extends Choosable>(asked: { symbol: string; exchange: string }, rows: readonly Row[]) {
  const market = chooseMarket(asked, rows);
  const onMarket = rows.filter((row) => row.market === market);
  const timeframe = finestTimeframe(onMarket.map((row) => row.timeframe));
  const candidates = onMarket.filter((row) => row.timeframe === timeframe);
  // Another contract may carry the same letters as its exchange id: the printed symbol goes first.
  const chosen = candidates.find((row) => row.symbol === symbolKey(asked.symbol)) ?? candidates[0];
  return { market, timeframe, chosen, rows: candidates.filter((row) => row.series_id === chosen?.series_id) };
}

function chooseMarket(
  { symbol, exchange }: { symbol: string; exchange: string },
  rows: readonly { market: string }[],
): string {
  const [first = "", ...others] = new Set(rows.map((row) => row.market));
  if (others.length === 0) return first;
  if (first === "SPOT" || others.includes("SPOT")) return "SPOT";
  const names = [first, ...others].toSorted().join(", ");
  throw badRequest(
    `${symbol} is on several markets of ${exchange}: ${names}. Choose one with market=`,
    "MARKET_AMBIGUOUS",
  );
}
