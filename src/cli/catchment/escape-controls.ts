/** Controls (C0, C1, DEL), formats such as those that turn the direction of text, and separators of lines. */
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text that moves no cursor and hides nothing: what a terminal would act on is shown as `\u{1b}`. */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, (control) => `\\u{${control.codePointAt(0)?.toString(16)}}`);
}
