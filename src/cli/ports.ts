import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const HOST = "127.0.0.1";
const FIRST_PORT = 10_240;
const LAST_PORT = 32_768;
const TRIES = 100;

/** Whether a server could listen on this port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Waits until a port is free; false when it is still taken after `seconds`. */
export async function waitForPort(port: number, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (await isPortFree(port)) return true;
    await delay(100);
  }
  return isPortFree(port);
}

/**
 * A port that nobody listens on at the moment. It lies below those that systems give to outgoing connections, so that a
 * server which is started again finds it free.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`None of ${TRIES} ports between ${FIRST_PORT} and ${LAST_PORT} is free`);
}
