/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import manifest from "../fixtures/parquet/manifest.json";
import { newPerson } from "../domains/banking/person.ts";

const contents = import.meta.glob<string>("../fixtures/parquet/*.parquet", {
  query: "?url&inline",
  import: "default",
  eager: true,
});

interface Known {
  rows: number;
  /** Lines of `name: type` by Arrow's names; those of inner fields begin with a space. */
  schema: string;
  head: Record<string, unknown>[];
}

// The file is ours; its values are read as unknown.
const files = Object.entries(manifest as unknown as Record<string, Known>);

const bytesOf = (name: string) => {
  const url = contents[`../fixtures/parquet/${name}`] ?? "";
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
};

const columnsOf = ({ schema }: Known) =>
  schema
    .replace(/\n-- schema metadata[^]*/, "")
    .split("\n")
    .filter((line) => /^\w+: /.test(line))
    .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(": ") + 2)]);

/** What pandas calls Arrow's types; those that are whole or truth values where none is missing. */
const DTYPES: [RegExp, string][] = [
  [/^u?int(8|16|32|64)$|^bool$/, "$&"],
  [/^halffloat$/, "float16"],
  [/^float$/, "float32"],
  [/^double$/, "float64"],
  [/^timestamp\[\w+\]$/, "datetime64[ns]"],
  [/^timestamp\[\w+, tz=UTC\]$/, "datetime64[ns, UTC]"],
  [
    /^(large_)?string$|^(fixed_size_)?binary|^time\d|^null$|^(large_)?list|^struct|^map|^extension<arrow.uuid>/,
    "object",
  ],
];

/** Where a column has another type here than in pandas, and why. */
const OTHER_DTYPES: [RegExp, string, string][] = [
  [/^date32/, "datetime64[ns]", "a day is a place on the time axis; pandas has it as an object"],
  [/^decimal/, "float64", "an amount can be plotted; pandas has it as an object"],
  [/^dictionary/, "object", "that texts were a dictionary is told by Arrow's own schema only"],
  [/^timestamp\[\w+, tz=(?!UTC)/, "datetime64[ns, UTC]", "the zone is told by Arrow's own schema only"],
  [/^duration/, "int64", "Parquet has no durations: they are numbers of their unit"],
];

/** What pandas itself has noted in its file about its columns. */
const NOTED_DTYPES: Record<string, Record<string, string>> = {
  "pd_report.parquet": { cat: "category", n: "Int64" },
};

function dtypeOf(type: string, has_gaps: boolean): string {
  const found = DTYPES.find(([pattern]) => pattern.test(type));
  const other = OTHER_DTYPES.find(([pattern]) => pattern.test(type));
  const dtype = found ? type.replace(found[0], found[1]).replace(/^object.*/, "object") : other?.[1];
  if (dtype === undefined) throw new Error(`No dtype is known of ${type}`);
  if (!has_gaps) return dtype;
  return dtype === "bool" ? "object" : dtype.replace(/^u?int.*/, "float64");
}

/** A time as milliseconds and what is finer, since a point in time has many texts; without a zone it is UTC. */
function instant(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (!parts) throw new Error(`No time is ${value}`);
  const [, seconds = "", fraction = "", zone = "Z"] = parts;
  return `${Date.parse(`${seconds}${zone}`)} ms and 0.${fraction.replace(/0+$/, "")} s`;
}

const bytesAsBase64 = (value: unknown) =>
  typeof value === "string" ? Buffer.from(value.slice("hex:".length), "hex").toString("base64") : value;

/** Fifteen digits are what a number keeps; a decimal of more is a text. */
const decimal = (value: unknown) =>
  typeof value === "string" && value.replace(/\D/g, "").length <= 15 ? Number(value) : value;

/** The manifest's values in the form of JSON here, by Arrow's type. */
const FORMS: [RegExp, (value: unknown) => unknown][] = [
  [/^timestamp/, instant],
  [/binary/, bytesAsBase64],
  [/^decimal/, decimal],
  [/^time/, (value) => (typeof value === "string" ? value.replace(/(\.\d*?)0+$/, "$1") : value)],
  [/^map/, (value) => (Array.isArray(value) ? Object.fromEntries(value) : value)],
  // JSON has no infinity.
  [/^float/, (value) => (value === "Infinity" ? null : value)],
  // Of microseconds, as its column says.
  [/^duration\[us\]/, (value) => (typeof value === "number" ? value * 1e6 : value)],
];

function inForm(row: Record<string, unknown>, columns: [string, string][], forms: typeof FORMS) {
  return Object.fromEntries(
    columns.map(([name, type]) => {
      const form = forms.find(([pattern]) => pattern.test(type))?.[1];
      return [name, form ? form(row[name]) : row[name]];
    }),
  );
}

interface Preview {
  columns: { name: string; dtype: string }[];
  rows: Record<string, unknown>[];
  n_rows: number;
}

describe("a Parquet file that another program wrote", () => {
  it.each(files)("previews as its manifest says: %s", async (name, known) => {
    const person = await newPerson();
    expect((await person.upload(name, bytesOf(name))).status).toBe(201);
    const answer = await person.get(`/data/files/${name}/preview?rows=${known.head.length}`);
    const { preview } = await answer.json<{ preview: Preview }>();
    const columns = columnsOf(known);

    expect(preview.n_rows).toBe(known.rows);
    const shown = preview.rows.map((row) => inForm(row, columns, [[/^timestamp/, instant]]));
    expect(shown).toEqual(known.head.map((row) => inForm(row, columns, FORMS)));
    expect(preview.columns).toEqual(
      columns.map(([column, type]) => {
        const has_gaps = known.head.some((row) => row[column] === null);
        return { name: column, dtype: NOTED_DTYPES[name]?.[column] ?? dtypeOf(type, has_gaps) };
      }),
    );
  });

  it("is in the manifest", () => {
    const names = Object.keys(contents).map((path) => path.split("/").at(-1));
    expect(names.toSorted()).toEqual(Object.keys(manifest).toSorted());
  });
});
