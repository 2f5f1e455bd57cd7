import type { ModelCandle } from "./candle-model.ts";
import type { CandleRequest } from "./world.ts";

/** What an exchange's format makes of a request. */
export type Route =
  | { kind: "markets"; body: unknown }
  | { kind: "candles"; request: CandleRequest; render: (candles: ModelCandle[]) => unknown; newestFirst: boolean }
  | { kind: "funding"; body: unknown }
  | { kind: "error"; status: number; body: unknown };

/** The API of one exchange: a path below its own prefix, its query and the time it is there. */
export type Format = (path: string, query: URLSearchParams, now: number) => Route | null;

export const numberOf = (query: URLSearchParams, name: string, fallback: number) => {
  const text = query.get(name);
  return text === null || text === "" ? fallback : Number(text);
};
