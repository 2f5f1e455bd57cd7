/** The funding rates of a made-up contract, every eight hours; a pure function of symbol and time. */

export interface ModelFunding {
  ts: number;
  rate: number;
}

const EVERY = 8 * 3_600_000;
/** The first payment that any exchange of the server made. */
export const FIRST_FUNDING = Date.UTC(2023, 0, 1);

interface FundingRequest {
  symbol: string;
  /** Ms, both inclusive. */
  from: number;
  to: number;
  limit: number;
  keeps: "oldest" | "newest";
}

/** The payments in a window, ascending and at most `limit`. */
export function fundingOf({ symbol, from, to, limit, keeps }: FundingRequest): ModelFunding[] {
  const rates: ModelFunding[] = [];
  for (let ts = Math.ceil(Math.max(from, FIRST_FUNDING) / EVERY) * EVERY; ts <= to; ts += EVERY) {
    rates.push({ ts, rate: Math.round(Math.sin(ts / 1e9 + symbol.length) * 1e6) / 1e10 });
  }
  return keeps === "oldest" ? rates.slice(0, limit) : rates.slice(-limit);
}
