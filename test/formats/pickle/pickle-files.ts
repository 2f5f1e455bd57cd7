/// <reference types="vite/types/importMeta.d.ts" />
import { Buffer } from "node:buffer";

const texts = import.meta.glob<string>("../../fixtures/pickles/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A pickle of pandas and what pandas says that it holds. */
export interface PickleCase {
  name: string;
  bytes: Uint8Array;
  expected: Record<string, unknown>;
}

/** A fixture's JSON, by the name of its file. */
export function readFixture<Content>(name: string): Content {
  // The fixtures are ours, so their shape is known.
  return JSON.parse(texts[`../../fixtures/pickles/${name}`] ?? "null") as Content;
}

export const bytesOfBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));

/** The bytes of Python's operations, given as texts of latin1 and byte values. */
export const pickleOf = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)));

export const PANDAS_VERSIONS = ["1.5.3", "2.3.3", "3.0.6", "3.0.6-more"] as const;

export function pickleCases(versions: readonly string[] = PANDAS_VERSIONS): PickleCase[] {
  return versions.flatMap((version) => {
    const { cases } = readFixture<{ cases: { file: string; pickle: string; expected: PickleCase["expected"] }[] }>(
      `pandas-${version}.json`,
    );
    return cases.map(({ file, pickle, expected }) => ({
      name: `${version} ${file}`,
      bytes: bytesOfBase64(pickle),
      expected,
    }));
  });
}
