import { Buffer } from "node:buffer";
import { upstreamFailed } from "../../errors.ts";
import type { ConnectorIo } from "../connector.ts";

export interface DataciteSettings {
  /** Of the REST API, such as `https://api.datacite.org`. */
  url: string;
  repository_id: string;
  password: string;
}

/** What DataCite's schema wants of every DOI (kernel 4, mandatory properties). */
export interface DoiRecord {
  /** Prefix and suffix. */
  doi: string;
  /** Where it leads. */
  url: string;
  title: string;
  creator: string;
  publisher: string;
  publication_year: number;
}

const MEDIA_TYPE = "application/vnd.api+json";
const RETRY_SECONDS = 30;

/**
 * Registers a DOI so that it is found (REST API, `POST /dois` with `event: publish`); one that is registered already
 * stays as it is. Throws 502 when DataCite refuses or does not answer.
 */
export async function registerDoi(settings: DataciteSettings, record: DoiRecord, io: ConnectorIo): Promise<void> {
  const base = settings.url.replace(/\/+$/, "");
  const login = Buffer.from(`${settings.repository_id}:${settings.password}`).toString("base64");
  const headers = { Authorization: `Basic ${login}`, Accept: MEDIA_TYPE, "Content-Type": MEDIA_TYPE };
  const answer = await io.fetch(`${base}/dois`, { method: "POST", headers, body: JSON.stringify(requestOf(record)) });
  await answer.body?.cancel();
  if (answer.ok) return;
  if (answer.status === 422 && (await isRegistered(base, record.doi, headers, io))) return;
  const retry = answer.status >= 500 || answer.status === 429 ? { retry_after: RETRY_SECONDS } : {};
  throw upstreamFailed(`DataCite answered ${answer.status} to the registration of ${record.doi}`, retry);
}

/** DataCite answers a DOI that is taken as it does a wrong one. */
async function isRegistered(base: string, doi: string, headers: HeadersInit, io: ConnectorIo): Promise<boolean> {
  const answer = await io.fetch(`${base}/dois/${doi}`, { headers });
  await answer.body?.cancel();
  return answer.ok;
}

function requestOf({ doi, url, title, creator, publisher, publication_year }: DoiRecord) {
  const attributes = {
    ...{ event: "publish", doi, url, publisher, publicationYear: publication_year },
    titles: [{ title }],
    creators: [{ name: creator }],
    types: { resourceTypeGeneral: "Dataset" },
  };
  return { data: { type: "dois", attributes } };
}
