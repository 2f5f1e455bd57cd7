/** Controls (C0, C1, DEL), formats such as those that turn the direction of text, and separators of lines. */
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const CONTROLS_WITHIN_LINES = new RegExp(`(?!\\r?\\n)${CONTROLS.source}`, CONTROLS.flags);

/** Text that moves no cursor and hides nothing: what a terminal would act on is shown as `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, showControl);
}

/** The same for a text of many lines as it comes in, as UTF-8; line breaks, CRLF too, stay what they are. */
export async function* escapeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of chunks) {
    const text = held + decoder.decode(chunk, { stream: true });
    // Whether a CR at the end is part of a line break is for the next chunk to say.
    held = text.endsWith("\r") ? "\r" : "";
    yield escapeWithinLines(text.slice(0, text.length - held.length));
  }
  yield escapeWithinLines(held + decoder.decode());
}

const escapeWithinLines = (text: string) => text.replaceAll(CONTROLS_WITHIN_LINES, showControl);

const showControl = (control: string) => `\\u{${control.codePointAt(0)?.toString(16)}}`;
