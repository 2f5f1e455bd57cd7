import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import type { TableColumns } from "../../formats/table.ts";
import { readLakeObject } from "./lake-file.ts";
import { type FeatureTable, readFeatureTable, unreadable } from "./point-in-time-file.ts";
import { type FeatureOwner, findFeatureFiles } from "./point-in-time.store.ts";

/** One version of a feature set, and before what its columns are named. */
interface WantedFeature {
  set: string;
  version: string;
  prefix: string;
}

type FeatureFile = Awaited<ReturnType<typeof findFeatureFiles>>[number] & { feature: WantedFeature };

/** Feature values beside candles. */
export interface FeatureJoin {
  /** Columns of the answer, in its order. */
  columns: string[];
  /** Columns that hold texts and were not asked for by name. */
  left_out: string[];
  /** Adds to each row the values of the latest feature row at or before its `ts`; the pieces must have `ts`, ascending. */
  join(pieces: AsyncIterable<TableColumns>): AsyncGenerator<TableColumns>;
}

/** What `features` may look like. */
export const FEATURES_HINT = "must look like set@version, several with commas between them";

const MOST_FEATURES = 10;
/** All files of one answer, as they are stored. */
const MOST_BYTES = 24 * 1024 * 1024;

/** Whether a column's name is one of a feature, as all of them have a point behind their set. */
export const isFeatureColumn = (name: string) => name.includes(".");

/** `set@version[,set@version]`; null when the text is something else. A version may have an `@`, a set may not. */
export function parseFeatures(text: string): WantedFeature[] | null {
  const parts = text.split(",").map((part) => /^\s*([^@\s][^@]*)@(.+?)\s*$/.exec(part));
  const wanted = parts.map((part) => ({ set: part?.[1] ?? "", version: part?.[2] ?? "" }));
  const names = new Set(wanted.map(({ set, version }) => `${set}@${version}`));
  if (wanted.some(({ set }) => set === "") || names.size < wanted.length || names.size > MOST_FEATURES) return null;
  const timesNamed = (name: string) => wanted.filter(({ set }) => set === name).length;
  return wanted.map(({ set, version }) => {
    const stored = { set: set.normalize("NFC"), version: version.normalize("NFC") };
    return { ...stored, prefix: timesNamed(set) > 1 ? `${set}@${version}` : set };
  });
}

/** The stored files of all wanted features. Throws 404 naming a feature that the symbol does not have. */
export async function findFeatures(ctx: Context, owner: FeatureOwner, text: string): Promise<FeatureFile[]> {
  const wanted = parseFeatures(text) ?? [];
  const found = await Promise.all(
    wanted.map(async (feature) => {
      const files = await findFeatureFiles(ctx.db, owner, feature);
      const { exchange, markets, symbols } = owner;
      const market = markets.find((name) => files.some((file) => file.market === name));
      if (market !== undefined)
        return files.filter((file) => file.market === market).map((file) => ({ ...file, feature }));
      const place = `${symbols[0]} on ${exchange} ${markets[0]}`;
      throw notFound(`Feature ${feature.set} v${feature.version} not found for ${place}`);
    }),
  );
  const files = found.flat();
  const bytes = files.reduce((sum, file) => sum + file.size_bytes, 0);
  if (bytes > MOST_BYTES) throw unreadable(`has files of ${bytes} bytes; at most ${MOST_BYTES} can be joined`);
  return files;
}

/**
 * Reads the feature files. `asked` names the columns of the answer, all when null; throws 422 for one that there is
 * not or that holds texts. Columns are named `set.column`, and `set@version.column` where a set is there twice. Where
 * several files of a set have a column, the latest row of any of them counts.
 */
export async function openFeatures(
  ctx: Context,
  files: readonly FeatureFile[],
  asked: { candles: readonly string[]; all: readonly string[] | null },
): Promise<FeatureJoin> {
  const sources = new Map<string, Source[]>();
  const left_out: string[] = [];
  for (const file of files) {
    const { set, version, prefix } = file.feature;
    const bytes = await readLakeObject(ctx, file.object_key);
    const table = await readFeatureTable(bytes, `${set}@${version}: ${file.filename ?? file.path}`);
    const cursor = { next: 0 };
    for (const [name, values] of table.columns) {
      const column = `${prefix}.${name}`;
      sources.set(column, [...(sources.get(column) ?? []), { table, values, matched: cursor }]);
    }
    left_out.push(...table.texts.map((name) => `${prefix}.${name}`));
  }
  const columns = asked.all ? [...asked.all] : [...asked.candles, ...sources.keys()];
  for (const name of columns) {
    if (asked.candles.includes(name) || sources.has(name)) continue;
    const reason = left_out.includes(name) ? "holds texts, only numbers can be joined" : "is in none of the features";
    throw unprocessable([{ field: "columns", message: `${JSON.stringify(name)} ${reason}` }]);
  }
  return { columns, left_out, join: (pieces) => joinPieces(pieces, columns, sources) };
}

interface Source {
  table: FeatureTable;
  values: Float64Array;
  /** Shared by the columns of one file; moved once a piece. */
  matched: { next: number };
}

async function* joinPieces(
  pieces: AsyncIterable<TableColumns>,
  columns: readonly string[],
  sources: ReadonlyMap<string, readonly Source[]>,
): AsyncGenerator<TableColumns> {
  for await (const piece of pieces) {
    const times = piece.get("ts");
    const ts = times instanceof Float64Array ? times : new Float64Array();
    const rowsOf = matchTables(ts, sources);
    yield new Map(columns.map((name) => [name, piece.get(name) ?? joinColumn(ts, sources.get(name) ?? [], rowsOf)]));
  }
}

type MatchedRows = ReadonlyMap<FeatureTable, Int32Array>;

/** For every table the number of its last row at or before each `ts`, -1 before the first. */
function matchTables(ts: Float64Array, sources: ReadonlyMap<string, readonly Source[]>): MatchedRows {
  const matched = new Map<FeatureTable, Int32Array>();
  for (const { table, matched: cursor } of [...sources.values()].flat()) {
    if (matched.has(table)) continue;
    const rows = new Int32Array(ts.length);
    let next = cursor.next;
    for (let row = 0; row < ts.length; row++) {
      while (next < table.ts.length && (table.ts[next] as number) <= (ts[row] as number)) next++;
      rows[row] = next - 1;
    }
    cursor.next = next;
    matched.set(table, rows);
  }
  return matched;
}

function joinColumn(ts: Float64Array, sources: readonly Source[], rowsOf: MatchedRows): Float64Array {
  const joined = new Float64Array(ts.length).fill(Number.NaN);
  const times = new Float64Array(ts.length).fill(-Infinity);
  for (const { table, values } of sources) {
    const rows = rowsOf.get(table) ?? new Int32Array();
    for (let row = 0; row < ts.length; row++) {
      const found = rows[row] as number;
      const time = found < 0 ? Number.NaN : (table.ts[found] as number);
      if (!(time >= (times[row] as number))) continue;
      times[row] = time;
      joined[row] = values[found] as number;
    }
  }
  return joined;
}
