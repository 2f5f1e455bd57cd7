const KINDS: Record<string, string> = {
  completed: "good",
  ready: "good",
  healthy: "good",
  success: "good",
  verified: "good",
  synced: "good",
  pass: "good",
  open: "good",
  active: "good",
  pending: "fair",
  running: "fair",
  in_progress: "fair",
  syncing: "fair",
  warning: "fair",
  warn: "fair",
  skipped: "fair",
  cancelled: "quiet",
  failed: "bad",
  fail: "bad",
  error: "bad",
  unhealthy: "bad",
  "not ready": "bad",
};

/** A state as a word with a colour; the word alone says it all. */
export const Status = ({ of: state }: { of: string }) => (
  <span class={`status ${KINDS[state.toLowerCase()] ?? "quiet"}`}>{state}</span>
);
