import { and, asc, eq, inArray } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { manifest } from "./tables.ts";

export interface FeatureOwner {
  exchange: string;
  /** The first that has the feature counts. */
  markets: readonly string[];
  /** Spellings under which features of the symbol are kept. */
  symbols: readonly string[];
}

/** The files of one version of a feature set of one symbol on these markets, in the order of their upload. */
export function findFeatureFiles(db: Database, owner: FeatureOwner, feature: { set: string; version: string }) {
  return db
    .select({
      object_key: manifest.object_key,
      size_bytes: manifest.size_bytes,
      path: manifest.path,
      filename: manifest.filename,
      market: manifest.market,
    })
    .from(manifest)
    .where(
      and(
        eq(manifest.exchange, owner.exchange),
        inArray(manifest.market, [...owner.markets]),
        inArray(manifest.symbol, [...owner.symbols]),
        eq(manifest.type, feature.set),
        eq(manifest.version, feature.version),
      ),
    )
    .orderBy(asc(manifest.id));
}
