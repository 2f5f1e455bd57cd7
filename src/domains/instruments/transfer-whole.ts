import { fileChanged } from "../../connectors/filesystems/failures.ts";
import type { Context } from "../../context.ts";
import { hashOf, hashStream } from "./checksums.ts";
import { retryCut } from "./cuts.ts";
import type { FileRow } from "./file.store.ts";
import type { HarvestWorld } from "./harvest-world.ts";
import { failTransfer, finishTransfer, type Settlement, startTransfer } from "./transfer-file.ts";

/** Transfers a file that fits in memory. What speaks against it is the settlement; only faults of our own are thrown. */
export async function transferWhole(ctx: Context, world: HarvestWorld, file: FileRow): Promise<Settlement> {
  const started = await startTransfer(ctx, world, file);
  if ("outcome" in started) return started;
  const path = started.destination_path ?? "";
  try {
    const content = await retryCut(() => readWhole(world, file));
    const source_checksum = await hashOf(content);
    const stored = await world.destination.store(path, content);
    const range = { offset: 0, length: content.byteLength };
    const read = content.byteLength === 0 ? [] : await world.destination.read(path, stored, range);
    const found = await hashStream(read);
    if (found.xxhash !== source_checksum) await world.destination.repair(stored, content);
    return await finishTransfer(ctx, world, file, { ...started, source_checksum }, stored, found);
  } catch (error) {
    return failTransfer(ctx, file, started, error);
  }
}

/** Exactly as many bytes as were listed; more or fewer mean that the file has changed. */
async function readWhole({ source, instrument, beat }: HarvestWorld, file: FileRow): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(file.observed_size ?? 0);
  let filled = 0;
  for await (const chunk of await source.open(file.source_path, { version: file.observed_version })) {
    if (filled + chunk.byteLength > content.byteLength) throw fileChanged(instrument.name, file.source_path);
    await beat();
    content.set(chunk, filled);
    filled += chunk.byteLength;
  }
  if (filled < content.byteLength) throw fileChanged(instrument.name, file.source_path);
  return content;
}
