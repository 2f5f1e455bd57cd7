import { registerDoi } from "../../connectors/identifiers/datacite.ts";
import type { Context } from "../../context.ts";
import { conflict, unavailable } from "../../errors.ts";
import { recordChange } from "../../platform/audit/audit.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { addMetadata, findInstrumentName } from "./file.store.ts";
import { getFile } from "./files.ts";

/**
 * Registers a DOI for a file that was transferred, which leads to its ARK; a second time answers the same. Throws 404,
 * 409 for a file that was not transferred, 502 when DataCite refuses, 503 while it is not configured.
 */
export async function registerFileDoi(ctx: Context, id: string) {
  const { metadata_, ...file } = await getFile(ctx, id);
  const { DATACITE_PREFIX, DATACITE_URL, DATACITE_REPOSITORY_ID, DATACITE_PASSWORD, DATACITE_PUBLISHER } = ctx.config;
  if (DATACITE_PREFIX === "") throw unavailable("DOIs are not configured: DATACITE_PREFIX is empty");
  if (file.xxhash === null) throw conflict("The file has not been transferred yet", "NOT_TRANSFERRED");
  const name = file.persistent_id.split("/").at(-1) ?? file.id;
  const doi = `${DATACITE_PREFIX}/${name}`;
  const url = `${ctx.config.PUBLIC_URL.replace(/\/+$/, "")}/${file.persistent_id}`;
  if (metadata_["doi"] === doi) return { doi, url };
  const [instrument] = await findInstrumentName(ctx.db, file.instrument_id);
  const settings = { url: DATACITE_URL, repository_id: DATACITE_REPOSITORY_ID, password: DATACITE_PASSWORD };
  const record = {
    ...{ doi, url, title: file.filename, publisher: DATACITE_PUBLISHER },
    creator: instrument?.name ?? DATACITE_PUBLISHER,
    publication_year: new Date(file.source_mtime ?? file.first_discovered_at).getUTCFullYear(),
  };
  await registerDoi(settings, record, { fetch: upstreamFetch(ctx), now: ctx.now });
  const [before, after] = [{ doi: metadata_["doi"] ?? null }, { doi }];
  await ctx.db.batch([
    addMetadata(ctx.db, id, { doi }),
    recordChange(ctx, { entity_type: "file", entity_id: id, action: "update", before, after }),
  ]);
  return { doi, url };
}
