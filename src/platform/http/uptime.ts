let first_request_at: number | null = null;

/** Notes the first request of this isolate; at module scope the clock of the runtime stands at 0. Milliseconds UTC. */
export function noteRequest(now: number): void {
  first_request_at ??= now;
}

/** When this isolate answered its first request; `now` if this is it. Milliseconds UTC. */
export const startedAt = (now: number): number => first_request_at ?? now;
