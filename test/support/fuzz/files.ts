import fc, { type Arbitrary } from "fast-check";
import { hostileText } from "./hostile.ts";

export interface FilePart {
  filename: string;
  content: Uint8Array;
}

const CSV = "id,amount,day\n1,1.5,2024-01-01\n2,,2024-01-02\n";
const CANDLES = "timestamp,open,high,low,close,volume\n1704067200000,1,2,0.5,1.5,10\n1704067260000,1.5,2,1,1,7\n";
const PARQUET = Uint8Array.from([0x50, 0x41, 0x52, 0x31, 0xff, 0xff, 0xff, 0x7f, 0x50, 0x41, 0x52, 0x31]);
const PICKLE = Uint8Array.from([0x80, 0x04, 0x95, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x5d, 0x28, 0x4b, 0x01, 0x65, 0x2e]);
const ZIP = Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0, 0, 0, 0, 0, 0x50, 0x4b, 0x05, 0x06]);
const encode = (text: string) => new TextEncoder().encode(text);

/** Bytes of files: some that are read, some that lie about what they are. */
export const content: Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(encode(CSV), encode(CANDLES), encode('[{"a":1},{"a":null}]'), encode(""), PARQUET, PICKLE, ZIP),
  fc.constantFrom(
    encode('a,b\n"1,2\n'),
    encode("a,a,a\n1\n1,2,3,4\n"),
    encode("\uFEFFid;x\n1;2\n"),
    encode("{".repeat(5000)),
  ),
  fc.uint8Array({ maxLength: 2000 }),
);

const filename: Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom("csv", "parquet", "json", "pkl", "xlsx", ""))
    .map((parts) => parts.join(".")),
  hostileText,
);

export const filePart: Arbitrary<FilePart> = fc.record({ filename, content });
