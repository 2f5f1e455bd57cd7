import type { Candles } from "./candles.ts";
import { type PackedText, packText, writePacked } from "./json-rows.ts";
import { type NumberStyle, writeNumber, writeText } from "./number-text.ts";

/** The first line of every file that trading terminals read. */
export const TERMINAL_HEADER = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n";

/** What the first two fields of every row say. */
export interface TerminalSeries {
  ticker: string;
  /** See `terminalPeriod`. */
  period: string;
}

const DAY_MS = 86_400_000;

/** A usual row after its ticker, such as `1,20240101,000000,42000.0,42500.0,41800.0,42300.0,1234.56`. */
const USUAL_ROW_BYTES = 80;

/** `5e-324` has 324 decimals, `Number.MAX_VALUE` 309 digits. */
const LONGEST_PLAIN_BYTES = 352;

const MINUTES = { m: 1, h: 60 } as const;

/** The `<PER>` of a timeframe: `5` for 5m, `60` for 1h, `D`, `W`, `M`; any other timeframe as it is. */
export function terminalPeriod(timeframe: string): string {
  const [, count = "", unit = ""] = /^(\d+)([mhdwM])$/.exec(timeframe) ?? [];
  if (unit === "m" || unit === "h") return String(Number(count) * MINUTES[unit]);
  return count === "1" ? unit.toUpperCase() : timeframe;
}

/**
 * Rows of a terminal CSV as UTF-8 bytes, without the header: date and time in UTC, prices and volume as plain decimals
 * that read back as the same double, whole numbers with `.0`; a missing figure is an empty field.
 */
export function writeTerminalRows(candles: Candles, { ticker, period }: TerminalSeries): Uint8Array<ArrayBuffer> {
  const { ts, open, high, low, close, volume } = candles;
  const fields = [open, high, low, close, volume].map((values) => ({ values, style: { fine: false } }));
  const name = `${ticker},${period},`;
  const longestRow = packText(name).words.byteLength + 32 + fields.length * LONGEST_PLAIN_BYTES;
  let target = new DataView(new ArrayBuffer(longestRow + ts.length * (name.length + USUAL_ROW_BYTES)));
  let offset = 0;
  let day = Number.NaN;
  let before: PackedText = packText("");
  for (let row = 0; row < ts.length; row++) {
    if (target.byteLength - offset < longestRow) target = grow(target, longestRow);
    const time = ts[row] as number;
    const ofDay = Math.floor(time / DAY_MS);
    if (ofDay !== day) {
      day = ofDay;
      before = packText(`${name}${compactDate(day)},`);
    }
    offset = writePacked(target, offset, before);
    offset = writeTime(target, offset, ((time - day * DAY_MS) / 1000) | 0);
    for (let index = 0; index < fields.length; index++) {
      const { values, style } = fields[index] as { values: Float64Array; style: NumberStyle };
      target.setUint8(offset, 44);
      offset = writePlain(target, offset + 1, values[row] as number, style);
    }
    target.setUint8(offset++, 10);
  }
  return new Uint8Array(target.buffer, 0, offset);
}

function compactDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().split("T", 1).join().replaceAll("-", "");
}

/** `HHMMSS` of a second of the day. */
function writeTime(target: DataView, offset: number, second: number): number {
  const minute = (second / 60) | 0;
  const hour = (minute / 60) | 0;
  writeTwo(target, offset, hour);
  writeTwo(target, offset + 2, minute - hour * 60);
  writeTwo(target, offset + 4, second - minute * 60);
  return offset + 6;
}

function writeTwo(target: DataView, offset: number, value: number): void {
  const tens = (value / 10) | 0;
  target.setUint16(offset, ((48 + tens) << 8) | (48 + value - tens * 10));
}

function writePlain(target: DataView, offset: number, value: number, style: NumberStyle): number {
  // NaN and the infinities are the numbers whose difference with themselves is not zero.
  if (value - value !== 0) return offset;
  const size = value < 0 ? -value : value;
  // Outside of these bounds the text of a number has an exponent.
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return writeText(target, offset, plainDecimal(value));
  const end = writeNumber(target, offset, value, style);
  return Math.floor(value) === value ? writeText(target, end, ".0") : end;
}

/** The digits of `String(value)` with the point where its exponent puts it. */
function plainDecimal(value: number): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(power);
  const digits = whole + fraction;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const point = exponent + 1;
  return `${sign}${digits.slice(0, point).padEnd(point, "0")}.${digits.slice(point) || "0"}`;
}

function grow({ buffer, byteLength }: DataView, least: number): DataView<ArrayBuffer> {
  const larger = new Uint8Array(byteLength * 2 + least);
  larger.set(new Uint8Array(buffer));
  return new DataView(larger.buffer);
}
