import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { findFreePort } from "../ports.ts";
import { claimState } from "../state-lock.ts";

/** Keeps servers away from a folder of data until the returned function is called; throws a `Failure` while one uses it. */
export async function holdState(state: string): Promise<() => void> {
  mkdirSync(state, { recursive: true });
  const port = await findFreePort();
  await claimState(state, port);
  // A claim counts while its port is taken.
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return () => server.close();
}

/** Throws a `Failure` when the folder has no databases. */
export function assertHasData(state: string): void {
  if (!existsSync(join(state, "v3/d1"))) throw new Failure(`There are no data in ${state}.`);
}
