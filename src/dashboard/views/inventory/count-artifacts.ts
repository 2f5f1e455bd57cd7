import { readApiError } from "../../../client/api-error.ts";

export interface Count {
  provider: string;
  service: string;
  region: string;
  count: number;
}

interface Artifact {
  cloud_provider: string;
  metadata: { service: string; region: string };
}

/** Counts what a scan found by service and region, line by line as it arrives; the API has no such sum. */
export async function countArtifacts(id: string, signal: AbortSignal): Promise<Count[]> {
  const headers = { Accept: "application/x-ndjson" };
  const response = await fetch(`/api/v1/extraction/jobs/${encodeURIComponent(id)}/artifacts`, { headers, signal });
  if (!response.ok || !response.body) throw readApiError(response, await response.json().catch(() => null));
  const counts = new Map<string, Count>();
  let rest = "";
  for await (const text of readTexts(response.body)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) addTo(counts, line);
  }
  addTo(counts, rest);
  return [...counts.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

async function* readTexts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    yield decoder.decode(part.value, { stream: true });
  }
}

function addTo(counts: Map<string, Count>, line: string): void {
  if (line === "") return;
  const { cloud_provider: provider, metadata } = JSON.parse(line) as Artifact;
  const { service, region } = metadata;
  const key = `${provider} ${service} ${region}`;
  const count = counts.get(key)?.count ?? 0;
  counts.set(key, { provider, service, region, count: count + 1 });
}

const nameOf = ({ provider, service, region }: Count) => `${provider} ${service} ${region}`;
