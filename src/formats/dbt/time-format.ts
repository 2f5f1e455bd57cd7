import { templateFault } from "../jinja/template-errors.ts";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July"].concat([
  "August",
  "September",
  "October",
  "November",
  "December",
]);
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (number: number) => String(number).padStart(2, "0");

const dayOfYear = (date: Date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;

const WRITTEN: Record<string, (date: Date) => string> = {
  Y: (date) => String(date.getUTCFullYear()).padStart(4, "0"),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  f: (date) => `${String(date.getUTCMilliseconds()).padStart(3, "0")}000`,
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  j: (date) => String(dayOfYear(date)).padStart(3, "0"),
  A: (date) => DAYS[date.getUTCDay()] ?? "",
  a: (date) => (DAYS[date.getUTCDay()] ?? "").slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()] ?? "",
  b: (date) => (MONTHS[date.getUTCMonth()] ?? "").slice(0, 3),
  w: (date) => String(date.getUTCDay()),
  u: (date) => String(date.getUTCDay() || 7),
  z: () => "",
  Z: () => "",
  "%": () => "%",
};

/** Python's `strftime`, in UTC and English. Throws for a directive that is not known. */
export function formatTime(date: Date, format: string): string {
  return format.replace(/%(.?)/g, (_, letter: string) => {
    const write = Object.hasOwn(WRITTEN, letter) ? WRITTEN[letter] : undefined;
    if (!write) throw templateFault(`'%${letter}' in a format of times is not available`);
    return write(date);
  });
}

/** Places of the parts that `strptime` reads, in the order year, month, day, hour, minute, second, microsecond. */
const READ: Record<string, [place: number, pattern: string]> = {
  Y: [0, "(\\d{4})"],
  m: [1, "(\\d{1,2})"],
  d: [2, "(\\d{1,2})"],
  H: [3, "(\\d{1,2})"],
  M: [4, "(\\d{1,2})"],
  S: [5, "(\\d{1,2})"],
  f: [6, "(\\d{1,6})"],
};

/** Python's `strptime` for formats of numbers: year, month, day, hour, minute, second, microsecond. Throws otherwise. */
export function parseTime(text: string, format: string): number[] {
  const places: number[] = [];
  const pattern = format.replace(/%(.?)|[^%]/g, (part, letter: string | undefined) => {
    if (letter === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const [place, read] = READ[letter] ?? [];
    if (place === undefined || read === undefined) throw templateFault(`'%${letter}' cannot be read from a text`);
    places.push(place);
    return read;
  });
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) throw templateFault(`time data '${text}' does not match format '${format}'`);
  const parts = [1900, 1, 1, 0, 0, 0, 0];
  places.forEach((place, index) => {
    const digits = match[index + 1] ?? "";
    parts[place] = Number(place === 6 ? digits.padEnd(6, "0") : digits);
  });
  return parts;
}
