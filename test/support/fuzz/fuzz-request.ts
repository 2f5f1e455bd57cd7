import type { FilePart } from "./files.ts";

/** Who asks; the world knows their tokens. */
export const ACTORS = ["alice", "bob", "admin", "token", "nobody", "stale"] as const;
export type ActorName = (typeof ACTORS)[number];

export type Body =
  | { kind: "json"; type: string; value: unknown }
  | { kind: "text"; type: string; text: string }
  | { kind: "bytes"; type: string; bytes: Uint8Array }
  | { kind: "form"; value: Record<string, unknown> }
  | { kind: "multipart"; fields: [name: string, value: string][]; file: FilePart | null };

/** A request as it was made up: known ids still stand as tokens in it. */
export interface FuzzRequest {
  actor: ActorName;
  path: Record<string, string>;
  query: [name: string, value: string][];
  headers: [name: string, value: string][];
  body: Body | null;
  /** Sent as it is after the query. */
  tail: string;
  /** How often it is sent at once. */
  times: number;
}

const LONGEST_TEXT = 1000;

/** Names of the parameters in a path as the document has it. */
export const placeholdersOf = (path: string): string[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1] ?? "");

/** A value as a URL, a header or a form has it; above a few kilobytes the runtime itself would refuse it. */
export function toText(value: unknown): string {
  return (typeof value === "object" ? JSON.stringify(value) : String(value)).slice(0, LONGEST_TEXT);
}
