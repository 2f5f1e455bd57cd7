const TWO_TO_32 = 4_294_967_296;

/** Whole numbers as INT64; throws a RangeError for one that is not an exact integer. Makes no BigInt a value. */
export function toInt64(values: Float64Array): BigInt64Array<ArrayBuffer> {
  const words = new Uint32Array(values.length * 2);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`);
    words[index * 2] = value;
    words[index * 2 + 1] = Math.floor(value / TWO_TO_32);
  }
  return new BigInt64Array(words.buffer);
}

/** INT64 as doubles, rounded beyond 2^53. */
export function fromInt64(values: BigInt64Array): Float64Array {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const doubles = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    doubles[index] = (words[index * 2 + 1] as number) * TWO_TO_32 + ((words[index * 2] as number) >>> 0);
  }
  return doubles;
}
