import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describePickle } from "../formats/pickle/describe-pickle.ts";
import { DEBIAN_PYTHON } from "./debian-python.ts";

interface WrittenPickle {
  file: string;
  expected: Record<string, unknown>;
  pickle: string;
}

/** Pickles of the pandas that is installed here, and what it says that they hold. */
function writePickles(): WrittenPickle[] {
  const script = join(import.meta.dirname, "write-pickles.py");
  const lines = execFileSync(DEBIAN_PYTHON, ["-W", "ignore", script], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  // The script is ours, so the shape of its lines is known.
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as WrittenPickle);
}

describe("a pickle that the system's pandas has just written", () => {
  it("holds what pandas says, in every protocol", () => {
    const pickles = writePickles();
    expect(pickles.length).toBeGreaterThan(200);
    for (const { file, expected, pickle } of pickles) {
      const described = describePickle(Uint8Array.from(Buffer.from(pickle, "base64")));
      const told = Object.fromEntries(Object.keys(expected).map((key) => [key, described[key]]));
      expect(told, file).toEqual(expected);
    }
  });
});
