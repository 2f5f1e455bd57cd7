import { isoTime } from "../../platform/jobs/render.ts";

/** Milliseconds as the document prints times: ISO 8601 in whole seconds, with `Z`. */
export const documentTime = (ms: number | null): string | null => isoTime(ms === null ? null : ms - (ms % 1000));
