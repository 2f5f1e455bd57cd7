/** A number of floating point as Python prints it: `1.0`, `1e-07`, `inf`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent = "+0"] = value.toExponential().split("e");
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

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
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `(${value.map(pythonText).join(", ")}${value.length === 1 ? "," : ""})`;
  return String(value);
}
