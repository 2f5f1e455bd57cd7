/** All but tabs and ends of lines. */
const CONTROL = /[^\P{Cc}\t\n]/gu;
const PICTURES = 0x2400;
const SPACE = 0x20;
const DELETE = 0x7f;
const MOST_IN_TITLE = 4000;

interface PlainTextProps {
  of: string;
  /** Characters that are shown; the title has more. */
  most?: number;
}

/** A text that came from data: cut where it is long, with control characters made visible and kept to itself. */
export function PlainText({ of: text, most = 200 }: PlainTextProps) {
  const isCut = text.length > most;
  const shown = showControls(isCut ? `${text.slice(0, most)}…` : text);
  return <bdi title={isCut ? showControls(text.slice(0, MOST_IN_TITLE)) : undefined}>{shown}</bdi>;
}

const showControls = (text: string) =>
  text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    if (code < SPACE) return String.fromCharCode(PICTURES + code);
    return code === DELETE ? "\u2421" : "\ufffd";
  });
