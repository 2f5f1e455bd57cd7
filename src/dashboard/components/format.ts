const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Bytes in decimal units, with three digits at most: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`;
}

/** A whole number with groups of digits. */
export const formatCount = (count: number) => count.toLocaleString("en");

/** What a value of unknown kind looks like in a cell. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
