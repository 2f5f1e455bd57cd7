import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { renderExposition } from "./exposition.ts";
import { measureGauges } from "./gauges.ts";

/** All metrics as Prometheus text; 404 where `METRICS_ENABLED` is off. */
export async function printMetrics(ctx: Context): Promise<string> {
  if (!ctx.config.METRICS_ENABLED) throw notFound("Not found");
  const { series, readers } = await ctx.metrics.collect();
  return renderExposition(series, await measureGauges(ctx, readers));
}
