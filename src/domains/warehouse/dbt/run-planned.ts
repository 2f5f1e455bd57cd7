import type { Context } from "../../../context.ts";
import { AppError } from "../../../errors.ts";
import type { ProjectNode } from "../../../formats/dbt/nodes.ts";
import { describeError } from "../../../platform/http/log.ts";
import { announce } from "../activity.ts";
import { insertLog } from "../activity.store.ts";
import { requireFinal } from "../sync-run.ts";
import type { LogLevel, NodeStatus } from "../tables.ts";
import { addErrors, type DbtCursor, type DbtRun, shorten } from "./dbt-run.ts";
import type { OpenProject } from "./open-project.ts";
import { type NodeResult, runNode } from "./run-node.ts";
import { findObstacle } from "./run-plan.ts";
import { putCompiled, putResult } from "./run.store.ts";
import { statementProblem } from "./statement-problem.ts";

const LONGEST_MESSAGE = 2000;
const MESSAGES_SHOWN = 20;
const BROKEN: readonly NodeStatus[] = ["error", "skipped"];

/** Runs what is left of the plan. Answers null when the slice is over. */
export async function runPlanned(
  ctx: Context,
  job: DbtRun,
  open: OpenProject,
  begun: DbtCursor,
): Promise<DbtCursor | null> {
  let cursor = begun;
  const plan = cursor.plan ?? [];
  for (const id of plan.slice(cursor.next)) {
    if (job.outOfTime()) return null;
    const started_at = ctx.now();
    const node = open.project.nodes.get(id);
    const result = await tryNode(ctx, job, cursor, open, id);
    const position = cursor.next;
    cursor = advance(cursor, id, node, result);
    const row = {
      unique_id: id,
      run_id: job.id,
      position,
      name: node?.name ?? id,
      resource_type: node?.resource_type ?? id.slice(0, id.indexOf(".")),
      status: result.status,
      message: result.message,
      failures: result.failures,
      row_count: result.row_count,
      compiled_code: result.compiled_code,
      execution_seconds: (ctx.now() - started_at) / 1000,
      ...{ started_at, completed_at: ctx.now() },
    };
    const progress = { message: `${row.name}: ${row.status}`, processed_resources: cursor.next, total: plan.length };
    await announceNode(ctx, job, cursor, row);
    const records = job.params.command === "compile" ? putCompiled(ctx.db, row) : [putResult(ctx.db, row)];
    await job.commit([...records, ...describeNode(ctx, row, result)], { cursor, progress });
  }
  return cursor;
}

async function tryNode(
  ctx: Context,
  job: DbtRun,
  cursor: DbtCursor,
  open: OpenProject,
  id: string,
): Promise<NodeResult> {
  const node = open.project.nodes.get(id);
  if (!node) return ended("error", "It is not in the project any more");
  const obstacle = findObstacle(open.project, id, cursor);
  if (obstacle !== null) return ended("skipped", `Skipped because of ${obstacle}`);
  try {
    return maskResult(open, await runNode(ctx, { job, cursor, open }, node));
  } catch (error) {
    const problem = statementProblem(error);
    const reason = problem ?? requireFinal(job, error);
    if (problem === null && !(error instanceof AppError)) {
      ctx.log.error("dbt_node_failed", { job_id: job.id, node: id, ...describeError(error) });
    }
    return ended("error", open.environment.mask(reason));
  }
}

function maskResult({ environment }: OpenProject, result: NodeResult): NodeResult {
  const messages = result.messages.slice(0, MESSAGES_SHOWN).map((message) => environment.mask(message));
  return { ...result, message: environment.mask(result.message), messages };
}

const ended = (status: NodeStatus, message: string): NodeResult => ({
  ...{ status, message: message.slice(0, LONGEST_MESSAGE) },
  ...{ failures: null, row_count: null, compiled_code: null, messages: [] },
});

/** The cursor behind a node. */
function advance(cursor: DbtCursor, id: string, node: ProjectNode | undefined, result: NodeResult): DbtCursor {
  const { status, message } = result;
  const name = node?.name ?? id;
  const isBroken = BROKEN.includes(status);
  const isDoubtful = status === "fail" || (status === "error" && node?.resource_type === "test");
  return {
    ...cursor,
    next: cursor.next + 1,
    broken: isBroken ? [...cursor.broken, id] : cursor.broken,
    doubted: isDoubtful ? [...cursor.doubted, ...(node?.depends_on.nodes ?? [])] : cursor.doubted,
    counts: { ...cursor.counts, [status]: (cursor.counts[status] ?? 0) + 1 },
    ...addErrors(cursor, status === "error" || status === "fail" ? [`${name}: ${shorten(message)}`] : []),
  };
}

interface ShownNode {
  name: string;
  resource_type: string;
  status: NodeStatus;
  message: string;
  position: number;
}

function announceNode(ctx: Context, { id, params: { label } }: DbtRun, { round, plan }: DbtCursor, row: ShownNode) {
  const fields = {
    ...{ model: label, source: `dbt:${label}`, job_id: id, node: row.name, resource_type: row.resource_type },
    ...{ status: row.status, completed: row.position + 1, total: plan?.length ?? 0 },
    message: `${row.name}: ${row.status}`,
  };
  return announce(ctx, "dbt_run_progress", fields, `${id}:${round}:${row.position}`);
}

/** Lines for people: what went wrong, and what the template has to say. */
function describeNode(ctx: Context, { name, resource_type, status, message }: ShownNode, { messages }: NodeResult) {
  const line = (level: LogLevel, text: string) =>
    insertLog(ctx.db, { timestamp: ctx.now(), level, message: text.slice(0, LONGEST_MESSAGE), source: null });
  const level = status === "warn" ? "WARNING" : "ERROR";
  const isGood = status === "success" || status === "pass";
  return [
    ...messages.map((text) => line("INFO", `dbt ${resource_type} ${name}: ${text}`)),
    ...(isGood
      ? []
      : [line(status === "skipped" ? "WARNING" : level, `dbt ${resource_type} ${name} ${status}: ${message}`)]),
  ];
}
