import type { Context } from "../../context.ts";
import { findManifestAsJson, findManifestPage, findManifestVersion, type ManifestFilter } from "./manifest.store.ts";
import { readAhead, streamOf } from "./row-stream.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

/** Filters as a caller writes them, in any spelling. */
export interface ListInput {
  symbol?: string | undefined;
  data_type?: string | undefined;
  exchange?: string | undefined;
  market?: string | undefined;
}

/** A tag that changes with every change of the manifest. */
export async function manifestEtag(ctx: Context): Promise<string> {
  const [version] = await findManifestVersion(ctx.db);
  return `W/"${version?.entries ?? 0}-${version?.newest ?? 0}-${version?.sum ?? 0}"`;
}

/**
 * All matching entries by id, as the bytes of a JSON array: at 100,000 of them objects would cost more than the query,
 * and the whole text more memory than there is.
 */
export function listManifest(ctx: Context, input: ListInput): Promise<ReadableStream<Uint8Array>> {
  return streamOf(readAhead(writeEntries(ctx, storedForm(input))));
}

/** A page of matching entries with an id above `cursor`, and the cursor of the next page, if there is one. */
export async function pageManifest(ctx: Context, input: ListInput, page: { cursor: number; limit: number }) {
  const found = await findManifestPage(ctx.db, storedForm(input), { after: page.cursor, limit: page.limit + 1 });
  const entries = found.slice(0, page.limit);
  return { entries, next_cursor: found.length > page.limit ? (entries.at(-1)?.id ?? null) : null };
}

async function* writeEntries(ctx: Context, filter: ManifestFilter): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let separator = "[";
  for (let after = 0; ;) {
    const texts = await findManifestAsJson(ctx.db, filter, after);
    for (const { entries, last_id } of texts) {
      yield encoder.encode(separator + entries.slice(1, -1));
      separator = ",";
      after = last_id;
    }
    if (texts.length === 0) break;
  }
  yield encoder.encode(separator === "[" ? "[]" : "]");
}

/** Filters as they are stored. */
export function storedForm({ symbol, data_type, exchange, market }: ListInput): ManifestFilter {
  return {
    symbol_key: symbol === undefined ? undefined : symbolKey(symbol),
    type: data_type,
    exchange: exchange?.toUpperCase(),
    market: market === undefined ? undefined : canonicalMarket(market),
  };
}
