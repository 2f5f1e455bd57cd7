import { CANDLE_COLUMNS } from "../../formats/candles.ts";

/** The data type and the timeframe under which funding rates are stored. */
export const FUNDING = { data_type: "alt", timeframe: "funding" } as const;

export const FUNDING_COLUMNS = ["ts", "funding_rate"] as const;

/** The columns that a download collects for a series, in the order of its files. */
export function seriesColumns(series: { data_type: string; timeframe: string }): readonly ["ts", ...string[]] {
  const isFunding = series.data_type === FUNDING.data_type && series.timeframe === FUNDING.timeframe;
  return isFunding ? FUNDING_COLUMNS : CANDLE_COLUMNS;
}
