import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type CatchmentProcess, descendantsOf } from "./catchment-process.ts";

const LISTENING = "0A";
const WAKE_MS = 25;
const IDLE_SAMPLES = 10;
const PAUSE_MS = 100;

/** What V8 keeps for the Worker: objects, what the runtime hangs on them, and the bytes of array buffers. */
interface HeapUsage {
  usedSize: number;
  embedderHeapUsedSize?: number;
  backingStorageSize?: number;
}

export interface Growth<T> {
  result: T;
  /** Most that was live at once, above what was live before. */
  peak_bytes: number;
  samples: number;
}

export interface LiveMemory {
  /** Bytes that are live now; the least of several looks, since buffers are counted until the runtime's next turn. */
  now(): Promise<number>;
  /** Runs the work and measures what is live beside it, again and again. */
  during<T>(work: () => Promise<T>): Promise<Growth<T>>;
  close(): void;
}

/**
 * Measures what is live in the Worker's isolate: each sample collects garbage first. The isolate is asked between two
 * turns of its event loop, so what a turn makes and drops does not count.
 */
export async function watchMemory(server: CatchmentProcess): Promise<LiveMemory> {
  // Node's own WebSocket takes headers, which the type of the browsers' does not know; wrangler asks for an origin.
  const options = { headers: { Origin: "http://localhost" } } as unknown as string[];
  const socket = new WebSocket(await findInspector(server.pid), options);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("The isolate takes no inspector")));
  });
  const ask = createClient(socket);
  await ask("HeapProfiler.enable");
  const measure = async () => {
    // An isolate with nothing to do leaves the debugger's messages unread.
    const wake = setInterval(() => void fetch(`${server.origin}/api/v1/health`).catch(() => {}), WAKE_MS);
    try {
      // Sent together, they are answered together: in between, the Worker would make new garbage.
      const [, usage] = await Promise.all([ask("HeapProfiler.collectGarbage"), ask("Runtime.getHeapUsage")]);
      const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = usage;
      return usedSize + embedderHeapUsedSize + backingStorageSize;
    } finally {
      clearInterval(wake);
    }
  };
  const now = async () => {
    let least_bytes = Infinity;
    for (let sample = 0; sample < IDLE_SAMPLES; sample++) least_bytes = Math.min(least_bytes, await measure());
    return least_bytes;
  };
  return {
    now,
    async during(work) {
      const idle_bytes = await now();
      let peak_bytes = 0;
      let samples = 0;
      const state = { ended: false };
      const running = work().finally(() => {
        state.ended = true;
      });
      // Awaited below; a failure in the meantime is not unhandled.
      running.catch(() => {});
      while (!state.ended) {
        let live_bytes = await measure();
        // Buffers were seen to be counted once and gone the next time; a peak shorter than both measurements is missed.
        if (live_bytes - idle_bytes > peak_bytes) live_bytes = Math.min(live_bytes, await measure());
        peak_bytes = Math.max(peak_bytes, live_bytes - idle_bytes);
        samples += 1;
        // Without it, collecting would take the Worker half of its time.
        await delay(PAUSE_MS);
      }
      return { result: await running, peak_bytes, samples };
    },
    close: () => socket.close(),
  };
}

type Ask = (method: string) => Promise<HeapUsage>;

function createClient(socket: WebSocket): Ask {
  const waiting = new Map<number, PromiseWithResolvers<HeapUsage>>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result: HeapUsage };
    if (id === undefined) return;
    waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  socket.addEventListener("close", () => waiting.forEach(({ reject }) => reject(new Error("The inspector went away"))));
  return (method) => {
    const id = ++last;
    const answer = Promise.withResolvers<HeapUsage>();
    waiting.set(id, answer);
    socket.send(JSON.stringify({ id, method }));
    return answer.promise;
  };
}

/** The address of wrangler's debugger, which leads to the Worker's own isolate; workerd's own takes one client only. */
async function findInspector(server: number): Promise<string> {
  const [proxy = 0] = descendantsOf(server).filter((pid) => programOf(pid) === "workerd");
  for (const port of listeningPorts(proxy)) {
    const response = await fetch(`http://127.0.0.1:${port}/json/version`);
    const answer = (await response.json()) as Record<string, unknown>;
    if ("Protocol-Version" in answer) return `ws://127.0.0.1:${port}/ws`;
  }
  throw new Error("The server has no inspector");
}

function listeningPorts(pid: number): number[] {
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`)));
  const lines = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const isOurs = state === LISTENING && sockets.has(`socket:[${inode}]`);
    return isOurs ? [Number.parseInt(local.split(":")[1] ?? "", 16)] : [];
  });
}

function programOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed while we looked.
  }
}
