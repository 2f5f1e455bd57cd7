import type { Schemas } from "../../../client/client.ts";
import type { Frame } from "../../app/live.ts";
import { isJobChange } from "../../components/use-job.ts";

const EVENTS = ["sync_started", "sync_completed", "sync_failed", "csv_uploaded", "csv_deleted"];
const HOURS_OF_A_DAY = 24;

/** Whether a frame says that a source, of this name where one is given, is no longer as it was. */
export const isSourceFrame = (frame: Frame, name?: string): boolean =>
  isJobChange(frame, ["sync"]) ||
  (EVENTS.includes(frame.type) && (name === undefined || frame.data["source"] === name));

/** How a source is, in a word that has a colour. */
export const statusWord = ({ status, enabled }: Pick<Schemas["WarehouseSource"], "status" | "enabled">): string =>
  enabled || status === "syncing" ? status.replace("not_synced", "never synced") : "switched off";

/** How old what is loaded is. */
export function freshnessOf({ hours_since_sync }: Schemas["WarehouseSource"]["freshness"]): string {
  if (hours_since_sync === null) return "never synced";
  if (hours_since_sync < 1) return "less than an hour old";
  if (hours_since_sync < 2 * HOURS_OF_A_DAY) return `${Math.round(hours_since_sync)} h old`;
  return `${Math.round(hours_since_sync / HOURS_OF_A_DAY)} days old`;
}
