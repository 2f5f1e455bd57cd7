import type { Context } from "../../context.ts";
import {
  CANDLE_COLUMNS,
  type Candles,
  concatCandles,
  createCandles,
  normalizeCandles,
  sliceCandles,
} from "../../formats/candles.ts";
import { ROW_GROUP_ROWS } from "../../formats/parquet-writer.ts";
import { type LakeFile, readLakeFile } from "./lake-file.ts";

const EVERYTHING = { from: -Infinity, to: Infinity, columns: CANDLE_COLUMNS };

/**
 * The candles of several files as one ascending sequence with one row per `ts`, a row group at a time. Files that
 * overlap are merged in memory, where a later one in the list wins.
 */
export async function* readCandlesInOrder(ctx: Context, files: readonly LakeFile[]): AsyncGenerator<Candles> {
  for (const group of groupOverlapping(files)) {
    const [first, ...others] = group;
    if (!first) continue;
    if (others.length === 0) {
      yield* readPieces(ctx, first);
      continue;
    }
    const pieces: Candles[] = [];
    for (const file of group) {
      for await (const piece of readPieces(ctx, file)) pieces.push(piece);
    }
    yield* cutIntoPieces(normalizeCandles(concatCandles(pieces)));
  }
}

async function* readPieces(ctx: Context, file: LakeFile): AsyncGenerator<Candles> {
  for await (const rows of readLakeFile(ctx, file, EVERYTHING)) {
    yield { ...createCandles(0), ...Object.fromEntries(rows) };
  }
}

function* cutIntoPieces(candles: Candles): Generator<Candles> {
  for (let row = 0; row < candles.ts.length; row += ROW_GROUP_ROWS) {
    const [from = 0, to = Infinity] = [candles.ts[row], candles.ts[row + ROW_GROUP_ROWS]];
    yield sliceCandles(candles, from, to);
  }
}

/** Runs of files whose times overlap, by time; within a run in the order given. */
function groupOverlapping(files: readonly LakeFile[]): LakeFile[][] {
  const groups: { to: number; members: { file: LakeFile; position: number }[] }[] = [];
  const placed = files.map((file, position) => ({ file, position }));
  for (const member of placed.toSorted((a, b) => startOf(a.file) - startOf(b.file) || a.position - b.position)) {
    const last = groups.at(-1);
    const to = member.file.time_to ?? Infinity;
    if (last && startOf(member.file) <= last.to) {
      last.members.push(member);
      last.to = Math.max(last.to, to);
    } else {
      groups.push({ to, members: [member] });
    }
  }
  return groups.map(({ members }) => members.toSorted((a, b) => a.position - b.position).map(({ file }) => file));
}

const startOf = ({ time_from }: LakeFile) => time_from ?? Number.NEGATIVE_INFINITY;
