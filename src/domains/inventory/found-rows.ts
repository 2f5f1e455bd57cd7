import { GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import type { Step } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { describeError } from "../../platform/http/log.ts";
import type { NewArtifact } from "./artifact.store.ts";
import { makeArtifact, toRow } from "./artifacts.ts";
import type { ExtractionRun } from "./extraction-run.ts";
import { isWanted } from "./filters.ts";
import { readNarrowing } from "./narrowing.ts";
import { findService } from "./selection.ts";
import type { ShardRow } from "./shard.store.ts";

/** Characters of artifacts in one statement; D1 binds at most 2 MB. */
const LONGEST_STATEMENT = 700_000;

/** The wanted resources as rows, in bundles that one statement can hold. A resource of no use is an error of the shard. */
export function makeRows(
  ctx: Context,
  job: ExtractionRun,
  shard: ShardRow,
  steps: readonly Step[],
  malformed: string[],
): NewArtifact[][] {
  const service = findService(shard.provider, shard.service);
  const { regions } = readNarrowing(shard);
  const bundles: NewArtifact[][] = [];
  let room = 0;
  for (const found of steps.flatMap((step) => step.found)) {
    const inRegion = !regions || found.region === GLOBAL_REGION || regions.includes(found.region);
    if (!service || !inRegion || !isWanted(found, job.params.filters, service)) continue;
    try {
      const options = {
        redact_secrets: ctx.config.INVENTORY_REDACT_SECRETS,
        recorded: shard.opened_as?.source === "recording",
      };
      const row = toRow(makeArtifact(shard, found, options));
      if (row.document.length > room) {
        bundles.push([]);
        room = LONGEST_STATEMENT;
      }
      bundles.at(-1)?.push(row);
      room -= row.document.length;
    } catch (error) {
      ctx.log.error("artifact_malformed", { resource_type: found.resource_type, ...describeError(error) });
      malformed.push(`${found.resource_type}: a resource of unforeseen shape was left out`);
    }
  }
  return bundles;
}
