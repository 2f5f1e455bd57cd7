import type { Filesystem, FilesystemIo } from "../../connectors/filesystems/filesystem.ts";
import {
  filesystemSettings,
  type FilesystemSettings,
  openFilesystem,
} from "../../connectors/filesystems/filesystems.ts";
import type { Context } from "../../context.ts";
import { AppError, conflict, unprocessable, upstreamFailed } from "../../errors.ts";
import { checkUserUrl } from "../../platform/outbound/addresses.ts";
import { connectTcp } from "../../platform/outbound/connect.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { type InstrumentRow, instrumentResource, namesFilesystem } from "./instruments.ts";
import { openLakeFolder } from "./lake-folder.ts";
import { getResource } from "./resource.ts";
import { readResourceSecrets, unmask } from "./resource-secrets.ts";
import { serviceAccountResource } from "./service-accounts.ts";
import { type StorageLocationRow, storageLocationResource } from "./storage-locations.ts";

/** Until an answer begins, and until all of a file has come. */
const SILENCE_MS = 30_000;
const ANSWER_MS = 300_000;

/**
 * How an instrument's files are reached, with its secrets: by `transfer_config`, else by its share and service account.
 * Throws 409 when the account is gone, 422 for settings that no longer hold, and 503 when the vault does not open.
 */
export async function readInstrumentSettings(ctx: Context, instrument: InstrumentRow): Promise<FilesystemSettings> {
  const { id, transfer_config } = instrument;
  if (!namesFilesystem(transfer_config)) return readShareSettings(ctx, instrument);
  const place = instrumentResource.secrets?.(instrument);
  const secrets = await readResourceSecrets(ctx, instrumentResource.entity_type, id);
  return parseSettings(place ? unmask(instrument, place, secrets).transfer_config : transfer_config);
}

async function readShareSettings(ctx: Context, instrument: InstrumentRow): Promise<FilesystemSettings> {
  const { cifs_host: host, cifs_share: share, cifs_base_path, service_account_id } = instrument;
  const address = { type: "smb", host, share, path: cifs_base_path ?? "/" };
  if (service_account_id === null) return parseSettings(address);
  const account = await findServiceAccount(ctx, service_account_id);
  const { password } = await readResourceSecrets(ctx, serviceAccountResource.entity_type, account.id);
  const { domain, username } = account;
  return parseSettings({ ...address, username, password, ...(domain === null ? {} : { domain }) });
}

async function findServiceAccount(ctx: Context, id: string) {
  try {
    return await getResource(ctx, serviceAccountResource, id);
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 404) throw error;
    throw conflict("The instrument's service account has been deleted");
  }
}

/**
 * How a storage location outside the lake is reached, with its secrets; null for `posix`, which is the lake. Its paths
 * are destination paths, below the root, unless another folder is named. Throws 502 for `nfs`, which nothing here can
 * reach, and 503 when the vault does not open.
 */
export async function readStorageSettings(
  ctx: Context,
  location: StorageLocationRow,
  folder = "/",
): Promise<FilesystemSettings | null> {
  const { type, id } = location;
  if (type === "posix") return null;
  if (type === "nfs") throw upstreamFailed("NFS is kept for the record only: nothing here can reach it");
  const secrets = await readResourceSecrets(ctx, storageLocationResource.entity_type, id);
  const place = storageLocationResource.secrets?.(location);
  const config = place ? unmask(location, place, secrets).connection_config : location.connection_config;
  return parseSettings(type === "s3" ? { ...config, type, prefix: folder } : { ...config, type: "smb", path: folder });
}

/** Opens what the settings name: our own lake, public hosts, and those of `ALLOW_PRIVATE_HOSTS`. The caller closes it. */
export async function openSettings(ctx: Context, settings: FilesystemSettings): Promise<Filesystem> {
  if (settings.type === "r2") return openLakeFolder(ctx, settings.prefix);
  return openFilesystem(settings, filesystemIo(ctx));
}

export const filesystemIo = (ctx: Context): FilesystemIo => {
  const fetchUpstream = upstreamFetch(ctx, { timeout_ms: ANSWER_MS });
  return {
    fetch: async (input, init) => {
      checkUserUrl(input instanceof Request ? input.url : String(input), ctx.config.ALLOW_PRIVATE_HOSTS);
      // The answer to a body begins when all of that was sent.
      if (init?.body) return fetchUpstream(input, init);
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(new Error(`No answer within ${SILENCE_MS / 1000} s`)), SILENCE_MS);
      return fetchUpstream(input, { ...init, signal: silence.signal }).finally(() => clearTimeout(timer));
    },
    now: ctx.now,
    connect: (address, transport) => connectTcp(ctx, address, transport),
  };
};

function parseSettings(given: unknown): FilesystemSettings {
  const parsed = filesystemSettings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw unprocessable(parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message })));
}
