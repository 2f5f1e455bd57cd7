import {
  type ArtifactContext,
  describeArtifact,
  isoMicroseconds,
  type NodeResult,
  relationName,
} from "./artifact-context.ts";
import { type JsonObject, maskTexts } from "./plain-json.ts";

/** A run of some nodes. */
export interface Invocation {
  id: string;
  command: string;
  select: readonly string[];
  exclude: readonly string[];
  full_refresh: boolean;
  /** Ms. */
  started_at: number;
  completed_at: number | null;
  /** In the order in which they ran. */
  results: readonly NodeResult[];
}

export type RunResults = ReturnType<typeof buildRunResults>;

/** How the nodes of a run ended, by version 6 of dbt's schema (https://schemas.getdbt.com/dbt/run-results/v6.json). */
export function buildRunResults(context: ArtifactContext, run: Invocation) {
  const { command, select, exclude, full_refresh, started_at, results } = run;
  const ended_at = run.completed_at ?? results.at(-1)?.completed_at ?? started_at;
  const runResults = {
    metadata: {
      ...describeArtifact(context, "run-results/v6"),
      invocation_id: run.id,
      invocation_started_at: isoMicroseconds(started_at),
    },
    results: results.map((result) => describeResult(result, context)),
    elapsed_time: Math.max(0, ended_at - started_at) / 1000,
    args: { which: command, select: [...select], exclude: [...exclude], full_refresh },
  };
  return maskTexts(runResults, context.mask);
}

function describeResult(result: NodeResult, { project }: ArtifactContext): JsonObject {
  const { unique_id, status, failures, compiled_code, execution_seconds, row_count } = result;
  const node = project.nodes.get(unique_id);
  const hasRelation = node && node.resource_type !== "test" && node.config.materialized !== "ephemeral";
  const [started_at, completed_at] = [isoMicroseconds(result.started_at), isoMicroseconds(result.completed_at)];
  return {
    status,
    timing: status === "skipped" ? [] : [{ name: "execute", started_at, completed_at }],
    thread_id: "Thread-1",
    execution_time: execution_seconds,
    adapter_response: row_count === null ? {} : { rows_affected: row_count },
    message: result.message,
    failures,
    unique_id,
    compiled: compiled_code !== null,
    compiled_code,
    relation_name: hasRelation ? relationName(node.relation) : null,
    batch_results: null,
  };
}
