import { readFileSync } from "node:fs";
import { join } from "node:path";

const README = join(import.meta.dirname, "../../README.md");

/** The shell blocks of a section of the README, in its order. */
export function readmeBlocks(title: string): string[] {
  const section =
    readFileSync(README, "utf8")
      .split(/^## /m)
      .find((text) => text.startsWith(title)) ?? "";
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}
