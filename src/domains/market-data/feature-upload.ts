import { z } from "zod";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { writeFileSidecars } from "../../platform/storage/file-sidecars.ts";
import { receiveMultipart, type ReceivedForm } from "../../platform/storage/multipart.ts";
import { isForm } from "../../platform/storage/multipart-parser.ts";
import type { StoredObject } from "../../platform/storage/objects.ts";
import { markLive } from "../../platform/storage/objects.store.ts";
import { safeSegment } from "../../platform/storage/segments.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { findFinishedUpload } from "../../platform/storage/finished-uploads.ts";
import { takeUpload } from "../../platform/storage/uploads.store.ts";
import { findPrintedSymbol, orphanFileOfPath } from "./feature.store.ts";
import { upsertManifestEntry } from "./manifest.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

/** Types of market data; a set of that name would be listed among it. */
const DATA_TYPES = ["raw", "ticks", "agg", "alt"];

const name = z.string().trim().min(1, "must not be empty").max(200);

const inputSchema = z.object({
  exchange: name,
  market: name,
  symbol: name,
  feature_set: name.refine((set) => !DATA_TYPES.includes(set), "must not be the name of a data type"),
  version: z
    .string()
    .trim()
    .transform((version) => (version === "" ? "1.0.0" : version))
    .default("1.0.0"),
  upload_id: z.uuid().optional(),
});

/** What the query of an upload may hold; each can be a field of the form as well, which then wins. */
export type FeatureUploadQuery = Partial<z.input<typeof inputSchema>>;

interface Source {
  filename: string;
  object: StoredObject;
  /** A finished upload, which is used up by this. */
  upload_id?: string;
}

/**
 * Stores the form's file, or a finished upload, as a feature; the same names again replace the bytes and keep the id.
 * Throws `unprocessable` for names that cannot be part of a path, and then leaves nothing in the lake.
 */
export async function uploadFeature(ctx: Context, request: Request, query: FeatureUploadQuery) {
  const store = (form: ReceivedForm) => storeFeature(ctx, { ...query, ...form.fields }, form);
  if (!isForm(request.headers.get("Content-Type"))) return store({ fields: {}, files: new Map() });
  const options = { max_bytes: ctx.config.UPLOAD_LIMIT_BYTES, files: ["file"], origin: "features" };
  return receiveMultipart(ctx, request, options, store);
}

async function storeFeature(ctx: Context, input: unknown, { files }: ReceivedForm) {
  const { exchange, market, symbol, feature_set, version, upload_id } = parseInput(input);
  const series = {
    exchange: safeSegment(exchange, "exchange").toUpperCase(),
    market: canonicalMarket(safeSegment(market, "market")),
  };
  // Slashes are part of symbols; what remains of the name has none.
  const symbol_key = safeSegment(symbolKey(symbol), "symbol");
  const set = safeSegment(feature_set, "feature_set");
  const named = safeSegment(version, "version");
  const source = files.get("file") ?? (await findUploaded(ctx, upload_id));
  const [known] = await findPrintedSymbol(ctx.db, { ...series, symbol_key });
  const place = { ...series, symbol: known?.symbol ?? symbol_key };
  // The document's folder, made different for every series, so that equal file names never meet.
  const path = `data/features/${set}/${named}/${place.exchange}/${place.market}/${place.symbol}/${source.filename}`;
  await switchFile(ctx, { ...place, type: set, version: named, path }, source);
  return { feature_set: set, version: named };
}

interface FeaturePlace {
  exchange: string;
  market: string;
  symbol: string;
  type: string;
  version: string;
  path: string;
}

async function switchFile(ctx: Context, place: FeaturePlace, { filename, object, upload_id }: Source): Promise<void> {
  const sidecars = await writeFileSidecars(ctx, { object, filename, origin: "features" });
  const now = ctx.now();
  const written = { object_key: object.key, size_bytes: object.size_bytes, checksum: object.sha256 };
  const times = { created_at: now, updated_at: now };
  await ctx.db
    .batch([
      orphanFileOfPath(ctx.db, place.path, now),
      upsertManifestEntry(ctx.db, { ...place, filename, ...written, ...times }),
      ...[object.key, ...sidecars].map((key) => markLive(ctx.db, key, now)),
      ...(upload_id === undefined ? [] : takeUpload(ctx.db, upload_id)),
    ])
    .catch(async (error: unknown) => {
      for (const key of sidecars) await discardObject(ctx, key);
      // Of two requests that use the same upload at once, one finds it gone.
      if (upload_id !== undefined) await findUploaded(ctx, upload_id);
      throw error;
    });
}

async function findUploaded(ctx: Context, upload_id: string | undefined): Promise<Source> {
  if (upload_id === undefined) throw refused("file", "is required, or the upload_id of a completed upload");
  const upload = await findFinishedUpload(ctx, { upload_id });
  if (!upload) throw refused("upload_id", "is no completed upload of yours");
  return { filename: upload.filename, object: upload.object, upload_id };
}

function parseInput(input: unknown) {
  const result = inputSchema.safeParse(input);
  if (result.success) return result.data;
  throw unprocessable(result.error.issues.map(({ path, message }) => ({ field: path.join("."), message })));
}

const refused = (field: string, message: string) => unprocessable([{ field, message }]);
