import * as fc from "fast-check";
import { expect, it } from "vitest";
import { sameDecimal, signedDecimal, sumDecimals } from "../../../src/formats/reports/decimal-sum.ts";

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.nat(6))
  .map(([units, scale]) => ({ units, scale }));

/** As banks write it: a comma, and zeros in front. */
function written({ units, scale }: { units: bigint; scale: number }): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 2, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)},${digits.slice(digits.length - scale)}`;
}

it("sums are exact, with as many decimals as the finest has", () => {
  fc.assert(
    fc.property(fc.array(decimal, { maxLength: 20 }), (decimals) => {
      const finest = Math.max(0, ...decimals.map(({ scale }) => scale));
      const micro = decimals.reduce((sum, { units, scale }) => sum + units * 10n ** BigInt(6 - scale), 0n);
      const sum = sumDecimals(decimals.map(written));
      const [whole = "", fraction = ""] = sum.replace("-", "").split(".");
      expect(fraction).toHaveLength(finest);
      const found = BigInt(whole + fraction) * 10n ** BigInt(6 - finest) * (sum.startsWith("-") ? -1n : 1n);
      expect(found).toBe(micro);
    }),
  );
});

it("0.1 and 0.2 are 0.3, and zeros at the end make no other number", () => {
  expect(sumDecimals(["0,1", "0.2"])).toBe("0.3");
  expect(sumDecimals([])).toBe("0");
  expect(["0.30", "00.3", "+,3"].map((text) => sameDecimal(text, "0.3"))).toEqual([true, true, true]);
  expect(sameDecimal("0.3", "0.31")).toBe(false);
  expect([signedDecimal("1,", true), signedDecimal("-0", true), signedDecimal(",5", false)]).toEqual([
    "-1",
    "0",
    "0.5",
  ]);
});

it.each(["", "-", ",", "1.2.3", "1e5", "0x10", "Infinity", "1 000", "9".repeat(41)])("%j is no amount", (text) => {
  expect(() => sumDecimals([text])).toThrow("unreadable report");
});
