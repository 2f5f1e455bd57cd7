import type { Context } from "../../context.ts";
import type { NumberColumns } from "../../formats/json-rows.ts";
import type { Selection } from "../../formats/parquet.ts";
import { sliceValues, type TableColumns } from "../../formats/table.ts";
import { type LakeFile, readLakeFile } from "./lake-file.ts";

/** The wanted rows of several files one after the other; pieces without rows are left out. */
export async function* readLakeFiles(
  ctx: Context,
  files: readonly LakeFile[],
  selection: Selection,
): AsyncGenerator<NumberColumns> {
  for (const file of files) {
    for await (const piece of readLakeFile(ctx, file, selection)) {
      if (lengthOf(piece) > 0) yield piece;
    }
  }
}

/** Asks for the next piece while the last one is being used, so that reading and writing overlap. */
export async function* readAhead<T>(pieces: AsyncGenerator<T>): AsyncGenerator<T> {
  let upcoming = pieces.next();
  try {
    for (;;) {
      const { done, value } = await upcoming;
      if (done) return;
      upcoming = pieces.next();
      // Awaited above on the next round, if there is one.
      upcoming.catch(() => {});
      yield value;
    }
  } finally {
    void pieces.return(undefined);
  }
}

/** At most the first `limit` rows. */
export async function* limitRows(pieces: AsyncIterable<TableColumns>, limit: number): AsyncGenerator<TableColumns> {
  let left = limit;
  for await (const piece of pieces) {
    const length = lengthOf(piece);
    yield length <= left ? piece : new Map([...piece].map(([name, values]) => [name, sliceValues(values, 0, left)]));
    left -= length;
    if (left <= 0) return;
  }
}

/**
 * Chunks as the body of an answer. The first `ahead` of them are made before this returns, so that what fails there
 * can still be answered with a status.
 */
export async function streamOf(chunks: AsyncGenerator<Uint8Array>, ahead = 1): Promise<ReadableStream<Uint8Array>> {
  const ready: Uint8Array[] = [];
  while (ready.length < ahead) {
    const { done, value } = await chunks.next();
    if (done) break;
    ready.push(value);
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const first = ready.shift();
      if (first) return controller.enqueue(first);
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

/** The number of rows of a piece. */
export function lengthOf(columns: TableColumns): number {
  for (const values of columns.values()) return values.length;
  return 0;
}
