import type { Context } from "../../context.ts";
import {
  ENTRIES_OF_QUERY,
  findManifestAsJson,
  findManifestPage,
  findManifestVersion,
  type ManifestFilter,
  type ManifestText,
} from "./manifest.store.ts";
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
  return renderEtag(await findManifestVersion(ctx.db));
}

/**
 * All matching entries by id, as the bytes of a JSON array, with the tag of when the first were read: at 100,000 of them
 * objects would cost more than the query, and the whole text more memory than there is.
 */
export async function listManifest(ctx: Context, input: ListInput) {
  const filter = storedForm(input);
  const [version, first] = await ctx.db.batch([findManifestVersion(ctx.db), findManifestAsJson(ctx.db, filter, 0)]);
  return { etag: renderEtag(version), body: await streamOf(readAhead(writeEntries(ctx, filter, first))) };
}

/** A page of matching entries with an id above `cursor`, the cursor of the next page, if there is one, and the tag. */
export async function pageManifest(ctx: Context, input: ListInput, page: { cursor: number; limit: number }) {
  const range = { after: page.cursor, limit: page.limit + 1 };
  const [version, found] = await ctx.db.batch([
    findManifestVersion(ctx.db),
    findManifestPage(ctx.db, storedForm(input), range),
  ]);
  const entries = found.slice(0, page.limit);
  const next_cursor = found.length > page.limit ? (entries.at(-1)?.id ?? null) : null;
  return { etag: renderEtag(version), entries, next_cursor };
}

const renderEtag = ([version]: Awaited<ReturnType<typeof findManifestVersion>>): string =>
  `W/"${version?.entries ?? 0}-${version?.newest ?? 0}-${version?.sum ?? 0}"`;

async function* writeEntries(ctx: Context, filter: ManifestFilter, first: ManifestText[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let separator = "[";
  for (let texts = first; ;) {
    let [after, read] = [0, 0];
    for (const { entries, entry_count, last_id } of texts) {
      yield encoder.encode(separator + entries.slice(1, -1));
      separator = ",";
      after = last_id;
      read += entry_count;
    }
    if (read < ENTRIES_OF_QUERY) break;
    texts = await findManifestAsJson(ctx.db, filter, after);
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
