import type { Context } from "../../context.ts";
import { conflict } from "../../errors.ts";
import { isFenced } from "../../platform/jobs/running-job.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { openFolders } from "./destination-folder.ts";
import type { FileRow, TransferRow } from "./file.store.ts";
import { listHooks, observeFiles, updateFile } from "./harvest.store.ts";
import { mintArk } from "./identifiers.ts";
import type { InstrumentRow } from "./instruments.ts";
import {
  announcedSize,
  type DeliveredObject,
  drainBody,
  findUndelivered,
  readObject,
  storeBody,
} from "./push-object.ts";
import { findFileAmong, findInFolder, findLastTransfer, findPath, refuseSameVersion } from "./push.store.ts";
import { uuidOf } from "./text-uuid.ts";
import { finishTransfer, type Settlement, startTransfer, type TransferWorld } from "./transfer-file.ts";

/** Where instruments deliver: a folder of the lake. */
export const pushLocation = { id: null, type: "posix" as const, connection_config: null, base_path: "/push" };

/** A path to which an instrument delivers. */
interface Target {
  world: TransferWorld;
  /** The file as it is, or as it will be once something was delivered. */
  file: FileRow;
  is_new: boolean;
}

/** A name under which clients send what they move to its own name once it is complete. */
export const isPartial = (path: string) => path.endsWith(".partial");

/**
 * Takes a body as the newest version of a path; true for a path that is new. A partial one is kept until it is moved.
 * Throws 400 and 413 for a body that is cut or too large, 409 for a path that is a folder or in a file, and 502 when the
 * lake does not give back what was sent; nothing is then kept.
 */
export async function receiveFile(
  ctx: Context,
  instrument: InstrumentRow,
  path: string,
  request: Request,
): Promise<boolean> {
  const modified_at = readModifiedAt(request);
  const size = announcedSize(ctx, request);
  const delivery = { instrument_id: instrument.id, path, modified_at };
  if (isPartial(path)) {
    const before = await findUndelivered(ctx, delivery);
    await storeBody(ctx, request, delivery);
    if (before) await discardObject(ctx, before.key);
    return before === null;
  }
  const target = await openTarget(ctx, instrument, path);
  const started = size === null ? null : await startTransfer(ctx, target.world, observe(target, { size, modified_at }));
  if (started && "outcome" in started) {
    await drainBody(ctx, request);
    await commitSkip(ctx, target, started);
    return target.is_new;
  }
  const object = await storeBody(ctx, request, delivery);
  await deliver(ctx, target, object, started);
  return target.is_new;
}

/** Makes what was stored under a partial name the newest version of a path; true for one that is new. */
export async function deliverPartial(
  ctx: Context,
  instrument: InstrumentRow,
  path: string,
  object: DeliveredObject,
): Promise<boolean> {
  const target = await openTarget(ctx, instrument, path);
  await deliver(ctx, target, object, null);
  return target.is_new;
}

async function openTarget(ctx: Context, instrument: InstrumentRow, path: string): Promise<Target> {
  const names = path.split("/");
  const above = names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
  const [[known], [inside], [around], hooks] = await ctx.db.batch([
    findPath(ctx.db, instrument.id, path),
    findInFolder(ctx.db, instrument.id, `${path}/`),
    findFileAmong(ctx.db, instrument.id, above),
    listHooks(ctx.db, instrument.id),
  ]);
  if (inside) throw conflict("A folder has this name");
  if (around) throw conflict(`${around.source_path} is a file, not a folder`);
  const folders = openFolders(ctx, { instrument, location: pushLocation });
  const world = { job: null, instrument, hooks, folders, location: pushLocation };
  return { world, file: known ?? newFile(ctx, instrument, path), is_new: !known };
}

/** Of two requests that bring a new path at once, both give it the same identifiers. */
function newFile(ctx: Context, instrument: InstrumentRow, source_path: string): FileRow {
  const id = uuidOf(JSON.stringify([instrument.id, source_path]));
  return {
    ...{ id, instrument_id: instrument.id, source_path, filename: source_path.split("/").at(-1) ?? source_path },
    ...{ persistent_id: mintArk(ctx, id), persistent_id_type: "ark", first_discovered_at: ctx.now(), metadata_: {} },
    ...{ size_bytes: null, source_mtime: null, source_version: null, xxhash: null, sha256: null, transfer_id: null },
    ...{ owner_id: null, failures: 0, retry_at: null, verified_at: null, damage: null },
    ...{ observed_size: null, observed_mtime: null, observed_version: null, observed_since: null },
  };
}

/** The file as the client shows it. */
const observe = ({ file }: Target, { size, modified_at }: { size: number; modified_at: number | null }): FileRow =>
  Object.assign(file, { observed_size: size, observed_mtime: modified_at, observed_version: null });

async function deliver(
  ctx: Context,
  target: Target,
  object: DeliveredObject,
  started: TransferRow | null,
): Promise<void> {
  try {
    if (!isSame(target.file, object)) return await settle(ctx, target, object, started);
    if (object.modified_at !== null) await updateFile(ctx.db, target.file.id, { observed_mtime: object.modified_at });
    await discardObject(ctx, object.key);
  } catch (error) {
    // What has become live stays.
    await discardObject(ctx, object.key);
    if (!isFenced(error)) throw error;
  }
}

async function settle(ctx: Context, target: Target, object: DeliveredObject, before: TransferRow | null) {
  const file = observe(target, { size: object.size_bytes, modified_at: object.modified_at });
  const started = before ?? (await startTransfer(ctx, target.world, file));
  if ("outcome" in started) {
    await commitSkip(ctx, target, started);
    return discardObject(ctx, object.key);
  }
  const found = await readObject(ctx, object.key);
  const source_checksum = object.xxhash ?? (found.sha256 === object.sha256 ? found.xxhash : null);
  const transfer = { ...started, source_checksum };
  const settlement = await finishTransfer(ctx, target.world, file, transfer, { object_key: object.key }, found);
  if (settlement.outcome === "failed") {
    await commit(ctx, target, settlement);
    throw settlement.error;
  }
  const guard = refuseSameVersion(ctx.db, file.id, { xxhash: found.xxhash, size_bytes: object.size_bytes });
  await commit(ctx, target, { ...settlement, statements: [guard, ...settlement.statements] });
}

const isSame = (file: FileRow, { xxhash, sha256, size_bytes }: DeliveredObject) =>
  file.damage === null &&
  file.size_bytes === size_bytes &&
  (file.sha256 === null ? file.xxhash === xxhash : file.sha256 === sha256);

/** A file that is sent again and skipped again leaves no second trace. */
async function commitSkip(ctx: Context, target: Target, settlement: Settlement): Promise<void> {
  const { observed_size, observed_mtime, id } = target.file;
  const [last] = await findLastTransfer(ctx.db, id);
  const again =
    last?.status === "skipped" && last.source_size === observed_size && last.source_mtime === observed_mtime;
  if (!again) await commit(ctx, target, settlement);
}

async function commit(ctx: Context, { file, is_new }: Target, { outcome, statements }: Settlement): Promise<void> {
  const { id, persistent_id, filename, source_path: path, instrument_id } = file;
  const seen = { path, size: file.observed_size ?? 0, modified_at: file.observed_mtime, version: null };
  const observed = observeFiles(ctx.db, instrument_id, [{ id, persistent_id, filename, ...seen }], ctx.now());
  // What failed is not shown to the client, so that it sends it again.
  const [first, ...rest] = outcome === "failed" && !is_new ? statements : [observed, ...statements];
  if (first) await ctx.db.batch([first, ...rest]);
}

/** Seconds since 1970, as ownCloud's clients say when a file was last written; answers ms. */
function readModifiedAt(request: Request): number | null {
  const seconds = /^\d{1,11}(\.\d{1,9})?$/.exec(request.headers.get("X-OC-Mtime")?.trim() ?? "");
  return seconds ? Math.floor(Number(seconds[0]) * 1000) : null;
}
