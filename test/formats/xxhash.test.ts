import { describe, expect, it } from "vitest";
import { createXxh64 } from "../../src/formats/xxhash.ts";

const encoder = new TextEncoder();

async function hash(text: string): Promise<string> {
  const xxh64 = await createXxh64();
  xxh64.update(encoder.encode(text));
  return xxh64.digest();
}

describe("XXH64", () => {
  // Values of the reference implementation, `xxhsum -H64`.
  it.each([
    ["", "ef46db3751d8e999"],
    ["a", "d24ec4f1a98c6e5b"],
    ["abc", "44bc2cf5ad770999"],
    ["Nobody inspects the spammish repetition", "fbcea83c8a378bf1"],
  ])("of %j is %s", async (text, expected) => {
    expect(await hash(text)).toBe(expected);
  });

  it("is the same in pieces, in one go, and after going on from a saved state", async () => {
    const data = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 31 + (index >> 8)) & 255);
    const whole = await createXxh64();
    whole.update(data);
    const pieces = await createXxh64();
    pieces.update(data.subarray(0, 13));
    pieces.update(data.subarray(13, 1_500_000));
    const resumed = await createXxh64(pieces.save());
    pieces.update(data.subarray(1_500_000));
    resumed.update(data.subarray(1_500_000));
    expect([pieces.digest(), resumed.digest()]).toEqual([whole.digest(), whole.digest()]);
  });
});
