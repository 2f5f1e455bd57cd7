import { cpSync } from "node:fs";
import { join } from "node:path";
import { type Listeners, openListeners } from "./listeners.ts";
import { startPeer } from "./peers/start-peer.ts";
import { rateResult, type Result, timeResult } from "./result.ts";
import { bareBindings, measureStartUp } from "./start-up.ts";
import { takeTurns } from "./statistics.ts";
import type { World } from "./world.ts";

const START_ROUNDS = 7;
const FAN_OUT_ROUNDS = 5;
const SOCKETS = 1000;
const FRAMES = 30;

const MAIN_MODULE_LIMIT_MIB = 1.5;

/** Frames a second to a thousand sockets beside the least that a Durable Object can do, and of that beside Node. */
export async function measureFanOut(world: World): Promise<Result[]> {
  const ws = await startPeer("socket-server");
  const wsUrl = (path: string) => new URL(path, ws.url);
  const opened = [
    await openListeners(world.at("catchment", "/ws"), SOCKETS),
    await openListeners(world.at("loudspeaker", "/ws"), SOCKETS),
    await openListeners(wsUrl("/ws"), SOCKETS),
  ] as const;
  const [ours, bare, node] = opened;
  const path = `/?count=${FRAMES}`;
  try {
    const floor = () => measureFrames(bare, world.at("loudspeaker", path));
    const rounds = await takeTurns(FAN_OUT_ROUNDS, () => measureFrames(ours, world.at("publisher", path)), floor);
    const runtime = await takeTurns(FAN_OUT_ROUNDS, floor, () => measureFrames(node, wsUrl(path)));
    return [
      rateResult(`fan-out to ${SOCKETS}`, rounds, { peer_name: "bare Durable Object", aim: 0.8 }),
      rateResult("bare Durable Object", runtime, { peer_name: "ws on Node", aim: 0 }),
    ];
  } finally {
    for (const listeners of opened) listeners.close();
    await ws.stop();
  }
}

/** Frames a second, from the request that publishes them to the last one's arrival at the last socket. */
async function measureFrames(listeners: Listeners, url: URL): Promise<number> {
  const started_at = performance.now();
  const received = listeners.received(SOCKETS * FRAMES);
  const response = await fetch(url, { method: "POST" });
  if (!response.ok) throw new Error(`Publishing was answered with ${response.status}`);
  await received;
  return (SOCKETS * FRAMES * 1000) / (performance.now() - started_at);
}

/** The time to the first answer of a fresh runtime, above that of an empty Worker. */
export async function measureStart(world: World): Promise<Result[]> {
  const { folder, modules } = world.bundle;
  const ours = { folder, modules, bindings: bareBindings, path: "/api/v1/health" };
  cpSync(join(import.meta.dirname, "workers"), join(world.folder, "empty"), { recursive: true });
  const empty = {
    folder: join(world.folder, "empty"),
    modules: [{ path: "empty.js" }],
    bindings: "",
    path: "/",
  };
  const rounds = await takeTurns(
    START_ROUNDS,
    () => measureStartUp(ours),
    () => measureStartUp(empty),
  );
  // Whatever else runs only ever adds to a start, so the fastest says most.
  const figure = Math.min(...rounds.ours) - Math.min(...rounds.peer);
  return [
    {
      ...timeResult("start-up", rounds, { peer_name: "empty Worker", aim: 150 }),
      figure,
      figure_unit: "ms",
    },
  ];
}

/** The length of the main module. */
export function measureSize({ bundle }: World): Promise<Result[]> {
  const mebibytes = bundle.main_bytes / 1024 / 1024;
  return Promise.resolve([
    {
      name: "main module, minified",
      unit: "MiB",
      ours: mebibytes,
      peer: MAIN_MODULE_LIMIT_MIB,
      peer_name: "limit",
      figure: mebibytes,
      figure_unit: "MiB",
      aim: MAIN_MODULE_LIMIT_MIB,
      better: "lower",
    },
  ]);
}
