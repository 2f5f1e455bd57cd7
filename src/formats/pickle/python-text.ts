import { bytesText, floatText, quotedText } from "../python-text.ts";

/** A complex number as Python prints it: `(1+2j)`, `2j`. */
export function complexText(real: number, imaginary: number): string {
  const short = (value: number) => floatText(value).replace(/\.0$/, "");
  if (Object.is(real, 0)) return `${short(imaginary)}j`;
  const second = short(imaginary);
  return `(${short(real)}${/^[-]/.test(second) ? "" : "+"}${second}j)`;
}

/** A value as `str` of Python has it inside a tuple: texts in quotes. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quotedText(value);
  if (value instanceof Uint8Array) return bytesText(value);
  if (Array.isArray(value)) return `(${value.map(pythonText).join(", ")}${value.length === 1 ? "," : ""})`;
  return String(value);
}
