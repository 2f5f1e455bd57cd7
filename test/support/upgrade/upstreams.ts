import { createServer } from "node:http";
import { startDemoBank } from "../demo-bank/server.ts";
import { startExchangeServer } from "../exchange-server/server.ts";
import { listenLocally, type LocalServer } from "../listen-locally.ts";
import { startRestServer } from "../rest-server/server.ts";
import { startWebdavServer } from "../webdav-server/server.ts";
import { changeDavWorld } from "../webdav-server/world.ts";

/** Where the rows of the fixture say that these listen. */
export const INSTRUMENT_PORT = 18_911;
export const REST_PORT = 18_912;

export const REST_WORLD = "upgrade";
export const REST_OBJECTS = 450;
export const DAV_LOGIN = { username: "lab", password: "the instrument's password" };
export const DAV_FILES = Object.fromEntries(
  Array.from({ length: 12 }, (_, run) => [
    `run-${run}/plate.csv`,
    {
      text: `well,value
A1,${run}
`,
      modified_at: 1_700_000_000_000,
    },
  ]),
);

export interface Upstreams {
  exchange: LocalServer;
  rest: LocalServer;
  instrument: LocalServer;
  bank: LocalServer;
  /** Takes its time for each artifact that is handed on to it. */
  receiver: LocalServer & { keys: string[] };
  close(): Promise<void>;
}

/** Starts what the jobs of the fixture ask, each on the port given for it or on any. */
export async function startUpstreams({
  rest: restPort = 0,
  instrument: instrumentPort = 0,
  artifact_ms = 3000,
}: { rest?: number; instrument?: number; artifact_ms?: number } = {}): Promise<Upstreams> {
  const exchange = await startExchangeServer();
  const rest = await startRestServer(restPort);
  const world = { count: REST_OBJECTS };
  await fetch(`${rest.url}/control/worlds/${REST_WORLD}`, { method: "PUT", body: JSON.stringify(world) });
  const instrument = await startWebdavServer(instrumentPort);
  changeDavWorld(instrument.world, { ...DAV_LOGIN, files: DAV_FILES });
  const bank = await startDemoBank();
  const receiver = await startReceiver(artifact_ms);
  const all = { exchange, rest, instrument, bank, receiver };
  return {
    ...all,
    close: async () => {
      for (const server of Object.values(all)) await server.close();
    },
  };
}

async function startReceiver(artifact_ms: number): Promise<LocalServer & { keys: string[] }> {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    keys.push(String(request.headers["idempotency-key"]));
    request.resume();
    setTimeout(() => response.end("{}"), artifact_ms);
  });
  return { ...(await listenLocally(server)), keys };
}
