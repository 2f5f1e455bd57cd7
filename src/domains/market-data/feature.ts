import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { type FileRequest, streamObject } from "../../platform/storage/stream-object.ts";
import {
  countFeatures,
  deleteFeatureRows,
  type Feature,
  type FeatureFilter,
  findFeature,
  findFeaturePage,
  findFeaturesAfter,
  findFeatureVersions,
} from "./feature.store.ts";
import { compareVersions } from "./feature-versions.ts";
import { readAhead, streamOf } from "./row-stream.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

/** Features in memory at once while all of them are listed. */
const FEATURES_OF_QUERY = 2_000;

/** Filters as a caller writes them, in any spelling. */
export interface FeatureQuery {
  exchange?: string | undefined;
  symbol?: string | undefined;
  market?: string | undefined;
  feature_set?: string | undefined;
  version?: string | undefined;
}

/** All matching features by id, each as `render` makes it, as the bytes of a JSON array. */
export function listFeatures(
  ctx: Context,
  query: FeatureQuery,
  render: (feature: Feature) => unknown,
): Promise<ReadableStream<Uint8Array>> {
  return streamOf(readAhead(writeFeatures(ctx, storedForm(query), render)));
}

/** A page of matching features by id, and how many match in all. */
export async function pageFeatures(ctx: Context, query: FeatureQuery, page: { limit: number; offset: number }) {
  const filter = storedForm(query);
  const [features, counted] = await ctx.db.batch([
    findFeaturePage(ctx.db, filter, page),
    countFeatures(ctx.db, filter),
  ]);
  return { features, total: counted[0]?.total ?? 0 };
}

interface FeatureSet {
  name: string;
  exchange: string;
  symbol: string;
  market: string;
  versions: string[];
}

/** Matching feature sets, one for each series that has one, with their versions, newest first. */
export async function listFeatureSets(ctx: Context, query: FeatureQuery): Promise<FeatureSet[]> {
  const sets = new Map<string, FeatureSet>();
  for (const { version, ...series } of await findFeatureVersions(ctx.db, storedForm(query))) {
    const key = JSON.stringify(series);
    const known = sets.get(key);
    if (known) known.versions.push(version);
    else sets.set(key, { ...series, versions: [version] });
  }
  return [...sets.values()].map((set) => ({
    ...set,
    versions: set.versions.toSorted((a, b) => compareVersions(b, a)),
  }));
}

/** Throws `notFound`, also for ids of the manifest that are no features. */
export async function getFeature(ctx: Context, id: number): Promise<Feature> {
  const [feature] = await findFeature(ctx.db, id);
  if (!feature) throw notFound("Feature not found");
  return feature;
}

/** The file as a download, whole or in part. Throws `notFound` when the feature, or its file, is not there. */
export async function downloadFeature(ctx: Context, id: number, request: FileRequest): Promise<Response> {
  const { object_key: key, size_bytes, checksum: sha256, filename, path, updated_at } = await getFeature(ctx, id);
  const file = { key, size_bytes, sha256, filename, content_type: "application/octet-stream", modified_at: updated_at };
  return streamObject(ctx.lake, file, request).catch((error: unknown) => {
    if (error instanceof ObjectChanged) throw notFound(`Feature file not found: ${path}`);
    throw error;
  });
}

/** Removes a feature and returns what it was; downloads under way go on. */
export async function deleteFeature(ctx: Context, id: number): Promise<Feature> {
  const feature = await getFeature(ctx, id);
  await ctx.db.batch([...deleteFeatureRows(ctx.db, id, ctx.now())]);
  return feature;
}

async function* writeFeatures(
  ctx: Context,
  filter: FeatureFilter,
  render: (feature: Feature) => unknown,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let separator = "[";
  for (let after = 0; ;) {
    const features = await findFeaturesAfter(ctx.db, filter, { after, limit: FEATURES_OF_QUERY });
    if (features.length > 0) yield encoder.encode(separator + JSON.stringify(features.map(render)).slice(1, -1));
    const last = features.at(-1);
    if (last) separator = ",";
    if (!last || features.length < FEATURES_OF_QUERY) break;
    after = last.id;
  }
  yield encoder.encode(separator === "[" ? "[]" : "]");
}

function storedForm({ exchange, symbol, market, feature_set, version }: FeatureQuery): FeatureFilter {
  return {
    exchange: exchange?.toUpperCase(),
    market: market === undefined ? undefined : canonicalMarket(market),
    symbol_key: symbol === undefined ? undefined : symbolKey(symbol),
    feature_set: feature_set?.normalize("NFC"),
    version: version?.normalize("NFC"),
  };
}
