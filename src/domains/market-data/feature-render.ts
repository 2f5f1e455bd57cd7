import type { Feature } from "./feature.store.ts";

/** A feature as the core list prints it. */
export function renderFeature(feature: Feature) {
  const { id, exchange, symbol, market, feature_set, version, path, checksum, created_at } = feature;
  return { id, exchange, symbol, market, feature_set, version, path, checksum, created_at: plainTime(created_at) };
}

/** A feature by its id. */
export function renderFeatureDetails(feature: Feature) {
  const { path, ...rest } = renderFeature(feature);
  const { checksum, created_at, ...identity } = rest;
  return { ...identity, file_path: path, file_size_bytes: feature.size_bytes, checksum, created_at };
}

/** A feature among datasets: its set is the data type, its version stands where a timeframe does. */
export function renderFeatureDataset(feature: Feature) {
  const { id, exchange, symbol, market, feature_set, version, path, size_bytes, updated_at } = feature;
  return {
    id: String(id),
    exchange,
    symbol,
    market,
    timeframe: version,
    data_type: feature_set,
    file_path: path,
    file_size_bytes: size_bytes,
    last_modified: plainTime(updated_at),
    time_from: null,
    time_to: null,
  };
}

/** ISO without zone and fraction, as the document prints times; UTC. */
const plainTime = (ms: number) => new Date(ms).toISOString().slice(0, 19);
