import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { OPCODES } from "../../../src/formats/pickle/opcodes.ts";
import { readPickle } from "../../../src/formats/pickle/read-pickle.ts";
import { unpickle } from "../../../src/formats/pickle/unpickle.ts";
import { bytesOfBase64, pickleCases, pickleOf, readFixture } from "./pickle-files.ts";

/** Reads all that there is to read of a pickle. */
async function readThrough(bytes: Uint8Array): Promise<void> {
  const pickle = readPickle(bytes);
  pickle.preview(20);
  const table = pickle.table({ with_time_index: true });
  if (!table) return;
  const columns = table.columns().slice(0, 20);
  for await (const batch of table.batches()) {
    await batch.firstRows(20);
    for (const column of columns.keys()) await Promise.all([batch.numbers(column), batch.cells(column)]);
  }
}

/** The error that reading ends with; null when it does not. */
async function errorOf(bytes: Uint8Array): Promise<unknown> {
  return readThrough(bytes).then(
    () => null,
    (error: unknown) => error,
  );
}

const refusal = (message: unknown = expect.any(String)) =>
  expect.objectContaining({ status: 400, code: "DESERIALIZATION_ERROR", message });

const isRefusal = (error: unknown) =>
  error instanceof AppError && error.status === 400 && error.code === "DESERIALIZATION_ERROR";

/** Why each file is refused; those not named here are damaged in one way or another. */
const REASONS: Record<string, string> = {
  "build_setstate.pkl": "The pickle needs __main__.X, which is not read",
  "exec.pkl": "The pickle needs builtins.exec, which is not read",
  "getattr_chain.pkl": "The pickle needs __builtin__.__import__, which is not read",
  "hidden_in_dict.pkl": "The pickle needs posix.system, which is not read",
  "obj_opcode.pkl": "The pickle needs os.system, which is not read",
  "os_system_p2.pkl": "The pickle needs posix.system, which is not read",
  "pandas_eval.pkl": "The pickle needs pandas.core.computation.eval.eval, which is not read",
  "persid.pkl": "The pickle refers to objects outside it, which are not read",
  "next_buffer.pkl": "The pickle has buffers outside it, which are not read",
  "proto_9.pkl": "The pickle has the protocol 9, which is not read",
  "self_ref.pkl": "The pickle has a value that contains itself",
  "state_proto.pkl": "The pickle gives OrderedDict a state, which is not read",
  "two_pickles.pkl": "Something follows the end of the pickle",
};

const uint32 = (value: number) => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
const text = (value: string) =>
  [OPCODES.SHORT_BINUNICODE, value.length, ...value].map((part) =>
    typeof part === "number" ? part : part.charCodeAt(0),
  );
/** A global of protocol 4. */
const name = (module: string, own: string) => [...text(module), ...text(own), OPCODES.STACK_GLOBAL];
const dtype = (spec: string) =>
  pickleOf(
    name("numpy", "dtype"),
    text(spec),
    "\x89\x88\x87R(K\x03",
    text("<"),
    "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
  );
/** An array of bytes with this shape, given as operations. */
const array = (spec: string, shape: string, data: number[]) =>
  pickleOf(
    name("numpy._core.numeric", "_frombuffer"),
    "(C",
    [data.length, ...data],
    [...dtype(spec)],
    shape,
    text("C"),
    "tR",
  );

/** An array in 100,000 chunks of 8 numbers, which are one and the same in the file. */
const chunks = pickleOf(
  "}",
  text("a"),
  name("pandas.core.arrays.arrow.array", "ArrowExtensionArray"),
  ")\x81}",
  text("_pa_array"),
  name("pyarrow.lib", "chunked_array"),
  "(](",
  name("pyarrow.lib", "_restore_array"),
  "((",
  name("pyarrow.lib", "type_for_alias"),
  "(",
  text("int8"),
  "tRK\x08K\x00K\x00](N",
  name("pyarrow.lib", "py_buffer"),
  "(C\x08",
  [0, 1, 2, 3, 4, 5, 6, 7],
  "tRettR\x94",
  "h\x00".repeat(99_999),
  "etRsbs.",
);

/** The type of a structure of so many fields, all the same: at one place, of the type `inner`, and in the memo at `memo`. */
const structureOf = (count: number, inner: Uint8Array, memo: number) => {
  const labels = Array.from({ length: count }, (_, index) => text(`f${index}`));
  return pickleOf(
    name("numpy", "dtype"),
    text("V1"),
    "\x89\x88\x87R(K\x03",
    text("|"),
    "N(",
    labels.flat(),
    "t}(",
    [...inner],
    "K\x00\x86\x940",
    labels.flatMap((label) => [...label, OPCODES.BINGET, memo]),
    "uK\x01K\x01K\x10tb",
  );
};

/** An array of one byte of this type. */
const arrayOf = (type: Uint8Array) =>
  pickleOf(name("numpy._core.numeric", "_frombuffer"), "(C\x01\x07", [...type], "K\x01\x85", text("C"), "tR.");

/** An array of a structure of so many fields of one byte. */
const fields = (count: number) => arrayOf(structureOf(count, dtype("i1"), 0));

const laughs = pickleOf(
  "]\x94(",
  ...Array.from({ length: 10 }, () => "NN"),
  "e",
  ...Array.from({ length: 30 }, (_, level) => [
    "]\x94(",
    ...Array.from({ length: 10 }, () => ["h", [level]]).flat(),
    "e",
  ]).flat(),
);

describe("a pickle that would do harm", () => {
  const files = readFixture<{ file: string; why: string; pickle: string }[]>("malicious.json");

  it.each(files)("is refused: $file, $why", async ({ file, pickle }) => {
    expect(await errorOf(bytesOfBase64(pickle))).toEqual(refusal(REASONS[file]));
  });

  it.each([
    ["a whole number of a million digits", pickleOf("\x80\x02L", "9".repeat(1_000_000), "L\n."), /too long/],
    [
      "lists in lists, 100,000 deep",
      pickleOf("\x80\x02", "]".repeat(100_000), "a".repeat(99_999), "."),
      /nested too deeply/,
    ],
    ["marks on marks", pickleOf("(".repeat(100_000)), /nested too deeply/],
    ["10 to the power of 30 references", pickleOf("\x80\x04", [...laughs], "."), /left over/],
    ["a dict that contains itself", pickleOf("}\x94", text("a"), "h\x00s."), /contains itself/],
    ["a tuple in a list in itself", pickleOf("]\x94h\x00\x85a."), /contains itself/],
    ["an object whose state is itself", pickleOf("cpandas\nDataFrame\n)\x81\x94h\x00b."), /contains itself/],
    ["a place in the memo far behind the file", pickleOf("Nr", uint32(0x7fffffff), "."), /a place in the memo/],
    ["a value that was not kept", pickleOf("h\x05."), /not in the memo/],
    ["registered extensions", pickleOf("\x82\x01."), /registered extensions/],
    ["registered extensions of two bytes", pickleOf("\x83\x01\x00."), /registered extensions/],
    ["registered extensions of four bytes", pickleOf("\x84\x01\x00\x00\x00."), /registered extensions/],
    ["persistent ids on the stack", pickleOf("NQ."), /objects outside it/],
    ["a frame longer than the file", pickleOf("\x80\x04\x95", [255, 0, 0, 0, 0, 0, 0, 0], "N."), /a frame/],
    ["a call of what is no name", pickleOf("N)R."), /a class/],
    ["a class alone", pickleOf("cdecimal\nDecimal\n."), /of the class Decimal/],
    [
      "a name with a line of its own",
      pickleOf("cos\nsys\x1b[31mtem\n."),
      "The pickle needs os.sys?[31mtem, which is not read",
    ],
    [
      "getattr of an allowed class",
      pickleOf("cbuiltins\ngetattr\n(czoneinfo\nZoneInfo\nV__class__\ntR."),
      /builtins.getattr/,
    ],
    [
      "a zone that is none",
      pickleOf("(cdatetime\ndatetime\n(C\x0a\x07\xe8\x01\x02\x03\x04\x05\x00\x00\x00cpytz\n_p\n(V../../etc\ntRtRl."),
      /not known here/,
    ],
    ["an array of objects that are not there", array("O8", "K\x02\x85", []), /values of an array/],
    ["an array with a dimension below zero", array("i1", "J\xff\xff\xff\xff\x85", [1]), /shape of an array/],
    ["a structure in structures", pickleOf([...dtype("V8")], "."), /a value of the class numpy.dtype/],
  ])("is refused: %s", async (_, bytes, message) => {
    const ended = bytes.at(-1) === OPCODES.STOP ? bytes : pickleOf([...bytes], ".");
    expect(await errorOf(ended)).toEqual(
      refusal(typeof message === "string" ? message : expect.stringMatching(message)),
    );
  });

  it("is refused when its references would make it too large", async () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      pickleOf("(", ...Array.from({ length: 10 }, () => ["h", [level]]).flat(), "l\x94"),
    );
    const bytes = pickleOf("(Nl\x94", ...levels.map((level) => [OPCODES.POP, ...level]), ".");
    expect(await errorOf(bytes)).toEqual(refusal("The pickle is too large when its references are followed"));
  });

  it.each([
    ["empty lists", "]"],
    ["empty dicts", "}"],
    ["None", "N"],
    ["entries of the memo", "N\x94"],
    ["names", "cdecimal\nDecimal\n"],
    ["numbers as text", "I7\n"],
  ])("is refused before its memory is taken: millions of %s", (_, unit) => {
    const bytes = new Uint8Array(24 * 1024 * 1024);
    for (let place = 0; place < bytes.length; place++) bytes[place] = unit.charCodeAt(place % unit.length);
    expect(() => readPickle(bytes)).toThrow("The pickle holds too many or too long values");
  });

  it("costs no search through all chunks for each value", async () => {
    const started = performance.now();
    const table = readPickle(chunks).table({ with_time_index: true });
    const numbers: number[] = [];
    for await (const batch of table?.batches() ?? []) {
      numbers.push(...((await batch.numbers(0)) ?? []));
      await batch.cells(0);
    }
    expect(numbers).toHaveLength(800_000);
    expect(numbers.every((number, row) => number === row % 8)).toBe(true);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("is refused before each of 100,000 fields is looked for among all", async () => {
    expect(await errorOf(fields(1000))).toBeNull();
    const bytes = fields(100_000);
    const started = performance.now();
    expect(await errorOf(bytes)).toEqual(
      refusal("The pickle has a structure of more than 1000 fields, which is not read"),
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("is refused for the fields of structures inside a structure as for its own", async () => {
    const nested = (count: number) => arrayOf(structureOf(count, structureOf(count, dtype("i1"), 0), 1));
    expect(await errorOf(nested(30))).toBeNull();
    expect(await errorOf(nested(32))).toEqual(
      refusal("The pickle has a structure of more than 1000 fields, which is not read"),
    );
  });

  it.each(["list", "set"] as const)("does not change what a %s was made of when that grows", (kind) => {
    const add = kind === "list" ? "(K\x02e" : "(K\x02\x90";
    const made = unpickle(pickleOf("(](K\x01e\x94", name("builtins", kind), "h\x00\x85R", add, "t."), null);
    expect(made).toMatchObject({
      items: [
        { kind: "list", items: [1] },
        { kind, items: [1, 2] },
      ],
    });
  });

  it("pays for each copy of a list", () => {
    const list = ["](", "N".repeat(100_000), "e\x94"];
    const copies = Array.from({ length: 100 }, () => [...name("builtins", "list"), ...pickleOf("h\x00\x85R")]);
    expect(() => readPickle(pickleOf("(", ...list, ...copies, "t."))).toThrow(
      "The pickle holds too many or too long values",
    );
  });

  it("is given up at the deadline", () => {
    const bytes = pickleOf("N", "20".repeat(50_000), ".");
    let time = 0;
    const deadline = { now: () => ++time, deadline: 3 };
    expect(() => readPickle(bytes, deadline)).toThrow("Reading the pickle takes too long");
    expect(time).toBe(4);
  });

  it("leaves objects of JavaScript as they are", () => {
    const bytes = pickleOf("}", text("__proto__"), "}", text("polluted"), "\x88ss.");
    expect(readPickle(bytes).preview(5)).toEqual({
      type: "dict",
      sample_keys: ["__proto__"],
      sample: JSON.parse('{"__proto__": "dict"}'),
    });
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("a pickle with arrays that are not read", () => {
  const pickles = new Map(
    readFixture<{ file: string; pickle: string }[]>("refused.json").map(({ file, pickle }) => [file, pickle]),
  );

  it.each([
    ["arrow_t64.p5", 'The pickle has an Arrow array of the type "time64[us]", which is not read'],
    ["arrow_d64.p5", 'The pickle has an Arrow array of the type "date64[ms]", which is not read'],
    ["arrow_sv.p5", 'The pickle has an Arrow array of the type "string_view", which is not read'],
    ["arrow_nu.p5", 'The pickle has an Arrow array of the type "null", which is not read'],
    ["arrow_dec.p5", "The pickle needs pyarrow.lib.decimal128, which is not read"],
    ["arrow_li.p5", "The pickle needs pyarrow.lib.list_, which is not read"],
    ["arrow_di.p5", "The pickle needs pyarrow.lib.dictionary, which is not read"],
  ])("is refused by the name of what is not read: %s", async (file, message) => {
    expect(await errorOf(bytesOfBase64(pickles.get(file) ?? ""))).toEqual(refusal(message));
  });
});

describe("a damaged pickle", () => {
  const cases = pickleCases();
  const whole = cases.filter(({ name: file }) =>
    ["1.5.3 df_report.p2.pkl", "2.3.3 df_cat.p4.pkl", "3.0.6 df_report.p5.pkl", "3.0.6 plain_dict.p0.pkl"].includes(
      file,
    ),
  );

  it.each(whole)("is refused wherever it ends: $name", async ({ bytes }) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(await errorOf(bytes.subarray(0, length)), `${length} bytes`).toEqual(refusal());
    }
  });

  it("is read or refused, whatever its bytes are", async () => {
    const operation = fc.constantFrom(...Object.values(OPCODES));
    const bytes = fc.array(fc.oneof(operation, fc.nat(8), fc.nat(255)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const error = await errorOf(Uint8Array.from(content));
        expect(error === null || isRefusal(error), String(error)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("is read or refused when bytes of it are others", async () => {
    const change = fc.record({
      place: fc.nat(5000),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(...Object.values(OPCODES))),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...cases),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (file, changes) => {
          const bytes = file.bytes.slice();
          for (const { place, byte } of changes) bytes[place % bytes.length] = byte;
          const error = await errorOf(bytes);
          expect(error === null || isRefusal(error), String(error)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
