import { createHash } from "node:crypto";
import { type Artifact, artifactSchema } from "../../connectors/clouds/artifact.ts";
import { redact } from "../../connectors/clouds/redact.ts";
import type { Found } from "../../connectors/clouds/service.ts";
import type { NewArtifact } from "./artifact.store.ts";
import type { ShardRow } from "./shard.store.ts";

/** Characters of a checksum that are kept: 128 bits. */
const HASH_DIGITS = 32;
/** D1 takes values of 2 MB; the rest is room for the others of a row. */
const LONGEST_DOCUMENT = 1_800_000;

interface ArtifactOptions {
  redact_secrets: boolean;
  recorded: boolean;
}

/** A resource as an artifact of the documented shape; throws when the shape does not hold. */
export function makeArtifact(shard: ShardRow, found: Found, { redact_secrets, recorded }: ArtifactOptions): Artifact {
  const { resource_type, resource_id, region, resource_group } = found;
  const { labels, configuration, raw } = redact_secrets ? redact(found) : found;
  return artifactSchema.parse({
    cloud_provider: shard.provider,
    resource_type,
    metadata: {
      resource_id,
      service: shard.service,
      region,
      ...accountKeys(shard, resource_group),
      labels,
      ...(recorded ? { recorded: true } : {}),
    },
    configuration,
    raw,
  });
}

function accountKeys({ provider, account }: ShardRow, resource_group: string | null) {
  if (provider === "aws") return { account_id: account };
  return provider === "azure" ? { subscription_id: account, resource_group } : { project_id: account };
}

/** An artifact as it is stored; one that is too long for a row loses `raw`, and says so there. */
export function toRow(artifact: Artifact): NewArtifact {
  const whole = JSON.stringify(artifact);
  const document = whole.length <= LONGEST_DOCUMENT ? whole : JSON.stringify({ ...artifact, raw: leftOut(whole) });
  const { metadata, configuration, resource_type } = artifact;
  return {
    resource_type,
    resource_id: metadata.resource_id,
    region: metadata.region,
    document_hash: checksum(document),
    configuration_hash: checksum(JSON.stringify(sortKeys({ metadata, configuration }))),
    document,
  };
}

const leftOut = (whole: string) => ({ left_out: `the artifact has ${whole.length} characters` });

const checksum = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);

/** Equal objects get equal texts, whatever order their keys came in. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, entry]) => [key, sortKeys(entry)]));
}
