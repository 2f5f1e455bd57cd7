/** The polynomial of gzip's CRC-32, bits reversed (RFC 1952, section 8). */
const POLYNOMIAL = 0xedb88320;

/** x^8, the factor of one byte, as a reversed polynomial. */
const ONE_BYTE = 0x00800000;

/** The CRC-32 of two pieces one after the other, from the CRC-32 of each and the length of the second in bytes. */
export function combineCrc32(first: number, second: number, second_bytes: number): number {
  return (multiply(shiftOf(second_bytes), first) ^ second) >>> 0;
}

/** The factor by which a CRC-32 grows when `bytes` zero bytes follow: x^(8 · bytes), by repeated squaring. */
function shiftOf(bytes: number): number {
  let power = 0x80000000;
  let factor = ONE_BYTE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(factor, power);
    factor = multiply(factor, factor);
  }
  return power;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let multiple = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= multiple;
    multiple = multiple & 1 ? (multiple >>> 1) ^ POLYNOMIAL : multiple >>> 1;
  }
  return product >>> 0;
}
