import { Cron } from "croner";

/** Why a cron expression or time zone cannot be used, in words for its author; null when both are fine. */
export function cronProblem(expression: string, time_zone: string): string | null {
  try {
    new Intl.DateTimeFormat("en", { timeZone: time_zone });
  } catch {
    return `Unknown time zone: ${time_zone}`;
  }
  try {
    const next = parse(expression, time_zone).nextRun();
    return next ? null : `Invalid cron expression: ${expression} never comes due`;
  } catch (error) {
    return `Invalid cron expression: ${error instanceof Error ? error.message : expression}`;
  }
}

/**
 * The first time after `after` (ms UTC) at which the expression is due on the clocks of the zone; null when
 * it never is. Five fields; a time skipped by a change of clocks comes due right after the change, one that
 * happens twice comes due once.
 */
export function nextRun(expression: string, time_zone: string, after: number): number | null {
  return parse(expression, time_zone).nextRun(new Date(after))?.getTime() ?? null;
}

function parse(expression: string, time_zone: string): Cron {
  return new Cron(expression, { timezone: time_zone, mode: "5-part", paused: true });
}
