const EVERY_MS = 1000;

/** Writes counts to stderr: over one line of a terminal, else at the end only. */
export function startProgress(what: string) {
  let shown_at = 0;
  let last = "";
  const show = (text: string, end: string) =>
    process.stderr.write(`${process.stderr.isTTY ? "\r\u001B[K" : ""}${text}${end}`);
  return {
    update(count: number, bytes?: number) {
      last = `${what}: ${count.toLocaleString("en")}${bytes === undefined ? "" : `, ${describeBytes(bytes)}`}`;
      if (!process.stderr.isTTY || Date.now() - shown_at < EVERY_MS) return;
      shown_at = Date.now();
      show(last, "");
    },
    end: () => show(last || `${what}: 0`, "\n"),
  };
}

/** Bytes as people read them, such as `1.5 MiB`. */
export function describeBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${["KiB", "MiB", "GiB", "TiB"][power - 1]}`;
}

/** A number with its noun, such as `1 row`. */
export function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
