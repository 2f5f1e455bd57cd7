import { getLocal } from "./local-http.ts";

const MINUTE_MS = 60_000;
const TICK_PATH = "/cdn-cgi/handler/scheduled?cron=*+*+*+*+*";

/** Fires the cron trigger at once and then with every full minute, which nothing else does in local development. */
export function startTicking(origin: string, certificate: string | undefined): void {
  void fire(origin, certificate);
  scheduleNext(origin, certificate);
}

function scheduleNext(origin: string, certificate: string | undefined): void {
  setTimeout(
    () => {
      void fire(origin, certificate);
      scheduleNext(origin, certificate);
    },
    MINUTE_MS - (Date.now() % MINUTE_MS),
  ).unref();
}

async function fire(origin: string, certificate: string | undefined): Promise<void> {
  try {
    const { status } = await getLocal(origin + TICK_PATH, { certificate, timeout_ms: MINUTE_MS });
    if (status !== 200) console.error(`The minute's tick answered ${status}.`);
  } catch (error) {
    console.error(`The minute's tick failed: ${error instanceof Error ? error.message : error}`);
  }
}
