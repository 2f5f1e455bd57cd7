/** A name as both dialects quote it; of MySQL by its mode `ANSI_QUOTES`. */
export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Cells of a catalogue, where NULL says no more than an empty text. */
export const filled = (cells: readonly (string | null)[]) => cells.map((cell) => cell ?? "");

/** A whole number as a server prints it; a bigint beyond 2^53. */
export function readInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
