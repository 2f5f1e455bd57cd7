import { escapeControls } from "./escape-controls.ts";

const WIDTH = 24;
const CLEAR_LINE = "\r\u001B[K";

export interface Progress {
  /** From 0 to 1; null when nobody knows how much there is. */
  fraction: number | null;
  text: string;
}

export interface ProgressBar {
  show(progress: Progress): void;
  /** Takes the bar away, so that other lines can follow. */
  clear(): void;
}

/** One line on stderr that is drawn anew; nothing where stderr is no terminal. */
export function createProgressBar(label: string): ProgressBar {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show({ fraction, text }) {
      const done = fraction === null ? 0 : Math.round(Math.min(1, fraction) * WIDTH);
      const percent = fraction === null ? "  ? " : `${Math.floor(Math.min(1, fraction) * 100)}%`.padStart(4);
      const line = `${label} ${"█".repeat(done)}${"░".repeat(WIDTH - done)} ${percent} ${text}`;
      stderr.write(CLEAR_LINE + escapeControls(line).slice(0, Math.max(1, (stderr.columns || 80) - 1)));
    },
    clear: () => void stderr.write(CLEAR_LINE),
  };
}
