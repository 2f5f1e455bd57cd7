import { candleAt, modelStep, type ModelCandle } from "./candle-model.ts";

/** Something that goes wrong with a request, once it is its turn. */
export type Fault = (
  | { kind: "rate_limit"; status?: 429 | 418; retry_after?: string }
  | { kind: "status"; status: number; body?: string }
  /** Never answered. */
  | { kind: "timeout" }
  /** The connection is closed without an answer. */
  | { kind: "disconnect" }
  /** An answer cut off in the middle. */
  | { kind: "malformed" }
  | { kind: "empty" }
  /** Fewer rows than asked. */
  | { kind: "short"; rows: number }
) & {
  on?: "candles" | "markets" | "funding";
  /** Requests that pass before. */
  skip?: number;
  /** Requests that it hits; 1 when absent. */
  times?: number;
};

export interface WorldOptions {
  /** Seed of the candles; the world's id when absent. */
  seed?: string;
  /** Ms of the first trade; the first candle is the one that holds it. */
  listed_at?: number;
  /** Half-open stretches without candles, ms. */
  gaps?: [from: number, to: number][];
  /** The exchange's clock, ms; the real one when absent. */
  now?: number;
  /** Most rows in an answer, below the exchange's own limit. */
  page_size?: number;
  /** Rows in the other order than this exchange's usual one. */
  reversed?: boolean;
  /** Every third row comes twice. */
  duplicates?: boolean;
  /** Whether the candle that is forming is answered; true when absent. */
  open_candle?: boolean;
  faults?: Fault[];
}

export interface World extends WorldOptions {
  id: string;
  faults: Fault[];
  requests: string[];
}

export const DEMO_LISTING = Date.UTC(2017, 0, 1);

export const createWorld = (id: string, options: WorldOptions): World => ({
  ...options,
  id,
  faults: options.faults ?? [],
  requests: [],
});

export const worldNow = ({ now }: World) => now ?? Date.now();

export interface CandleRequest {
  symbol: string;
  timeframe: string;
  /** First and last opening time, ms, both inclusive. */
  from: number;
  to: number;
  limit: number;
  /** Which end of the window is answered when it holds more than the limit. */
  keeps: "oldest" | "newest";
}

/** What a world's exchange has in a window, ascending and at most `limit` candles. */
export function candlesOf(world: World, { symbol, timeframe, from, to, limit, keeps }: CandleRequest): ModelCandle[] {
  const step = modelStep(timeframe);
  const now = worldNow(world);
  const lastOpen = Math.floor(now / step) * step - (world.open_candle === false ? step : 0);
  const listing = Math.floor((world.listed_at ?? DEMO_LISTING) / step) * step;
  const first = Math.max(Math.ceil(from / step) * step, listing);
  const last = Math.floor(Math.min(to, lastOpen) / step) * step;
  const most = Math.min(limit, world.page_size ?? Infinity);
  const times: number[] = [];
  const forward = keeps === "oldest";
  for (let ts = forward ? first : last; ts >= first && ts <= last && times.length < most;) {
    const gap = world.gaps?.find(([start, end]) => ts >= start && ts < end);
    if (!gap) times.push(ts);
    if (!gap) ts += forward ? step : -step;
    else ts = forward ? Math.ceil(gap[1] / step) * step : Math.ceil(gap[0] / step) * step - step;
  }
  const ascending = forward ? times : times.toReversed();
  return ascending.map((ts) => candleAt(world.seed ?? world.id, symbol, timeframe, ts, now));
}

/** The fault whose turn it is, if any; counts down what it passes. */
export function takeFault(world: World, on: "candles" | "markets" | "funding"): Fault | undefined {
  const fault = world.faults.find((candidate) => (candidate.on ?? "candles") === on);
  if (!fault) return undefined;
  if (fault.skip) {
    fault.skip -= 1;
    return undefined;
  }
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) world.faults.splice(world.faults.indexOf(fault), 1);
  return fault;
}
