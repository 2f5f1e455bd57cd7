import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Method } from "./discovery.ts";

interface Recorded {
  method: string;
  /** Part of the path, where the method answers differently by path. */
  path?: string;
  /** File and name of the answer in the collection that it is from. */
  source: string;
  entries?: unknown[];
  body?: Record<string, unknown>;
}

const content = readFileSync(join(import.meta.dirname, "../../fixtures/gcp/recorded.json"), "utf8");
const recorded: Recorded[] = JSON.parse(content);

/** What is recorded for a call; undefined where nothing is. */
export const findRecorded = (method: Method, path: string): Recorded | undefined =>
  recorded.find((answer) => answer.method === method.id && path.includes(answer.path ?? ""));
