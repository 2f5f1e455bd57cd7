/** The candles of a made-up market: a pure function of seed, symbol and time, so that tests can compute what to expect. */

export interface ModelCandle {
  ts: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DAY = 86_400_000;

/** Length of a candle in ms, such as 60,000 for `1m`. */
export function modelStep(timeframe: string): number {
  const unit = UNITS[timeframe.slice(-1)];
  if (!unit) throw new RangeError(`No timeframe: ${timeframe}`);
  return Number(timeframe.slice(0, -1)) * unit;
}

/**
 * The candle that opens at `ts`, ms. With `now` inside of it, it is still forming: its close and extremes are those so
 * far.
 */
export function candleAt(seed: string, symbol: string, timeframe: string, ts: number, now = Infinity): ModelCandle {
  const step = modelStep(timeframe);
  const key = hash(`${seed}/${symbol}`);
  const open = priceAt(key, ts);
  const close = priceAt(key, Math.min(ts + step, now));
  const spread = 1 + noise(key, ts + 1) / 500;
  const elapsed = Math.min(1, (now - ts) / step);
  return {
    ts,
    open,
    high: round(Math.max(open, close) * spread, 100),
    low: round(Math.min(open, close) / spread, 100),
    close,
    volume: round((1 + noise(key, ts + 2) * 99) * elapsed * (step / 60_000), 1000),
  };
}

function priceAt(key: number, ts: number): number {
  const base = 50 + (key % 50_000);
  const season = Math.sin(ts / (90 * DAY)) * 0.3 + Math.sin((ts / DAY) * Math.PI * 2) * 0.02;
  return round(base * (1 + season + noise(key, ts) * 0.004), 100);
}

const round = (value: number, parts: number) => Math.round(value * parts) / parts;

/** Uniform in [0, 1), always the same for the same arguments. */
function noise(key: number, ts: number): number {
  let value = (key ^ (ts / 1000)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b) >>> 0;
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
