import { parseExactJson } from "../../../formats/exact-json.ts";
import { readInteger } from "../databases/sql-text.ts";
import { parseArrayText } from "./array-text.ts";

type Decode = (text: string) => unknown;

const MOMENT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(\+00)?$/;

/** How the texts of a type are read; every other type stays as the server prints it, `numeric` with all its digits. */
const DECODERS: Record<string, Decode> = {
  bool: (text) => text === "t",
  bytea: (text) => Buffer.from(text.slice(2), "hex").toString("base64"),
  float4: Number,
  float8: Number,
  int2: Number,
  int4: Number,
  int8: readInteger,
  json: parseExactJson,
  jsonb: parseExactJson,
  oid: Number,
  timestamp: readMoment,
  timestamptz: readMoment,
};

/** How texts of a type are read, or of a list of the element type. */
export function decoderOf(type: string, element: string): Decode {
  // What looks like a list to the catalogue but is printed otherwise.
  if (element === "" || type === "int2vector" || type === "oidvector") return DECODERS[type] ?? keep;
  const decode = DECODERS[element] ?? keep;
  return (text) => parseArrayText(text, decode, element === "box" ? ";" : ",");
}

export const isTimeType = (type: string) => ["date", "timestamp", "timestamptz"].includes(type);

const keep: Decode = (text) => text;

/** Always six digits of a second, so that texts compare as their times do; infinity and years before Christ stay. */
function readMoment(text: string): string {
  const [, date, time, fraction = "", zone] = MOMENT.exec(text) ?? [];
  if (date === undefined) return text;
  return `${date}T${time}.${fraction.padEnd(6, "0")}${zone === undefined ? "" : "Z"}`;
}
