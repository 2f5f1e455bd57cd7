import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { receiveMultipart, type ReceivedForm, type ReceiveOptions } from "../../../src/platform/storage/multipart.ts";
import { markLive } from "../../../src/platform/storage/objects.store.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { testContext, type TestContext } from "../../support/context.ts";

const BOUNDARY = "--boundary-8f3a";
const MEBIBYTE = 1_048_576;
const options: ReceiveOptions = { max_bytes: 64 * MEBIBYTE, files: ["file"], origin: "test" };
const encoder = new TextEncoder();

let ctx: TestContext;

beforeEach(() => {
  ctx = testContext();
});

const field = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const fileHead = (filename = "a.csv", name = "file") =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: text/csv\r\n\r\n`;
const END = `--${BOUNDARY}--\r\n`;

/** A request whose body arrives in exactly these pieces. */
function requestOf(
  pieces: (string | Uint8Array | Error)[],
  content_type = `multipart/form-data; boundary=${BOUNDARY}`,
) {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else if (piece instanceof Error) controller.error(piece);
      else controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
    },
  });
  return new Request("http://localhost/", { method: "POST", headers: { "Content-Type": content_type }, body });
}

const receive = (request: Request, changes: Partial<ReceiveOptions> = {}) =>
  receiveMultipart(ctx, request, { ...options, ...changes }, async (form) => form);

async function readFile(form: ReceivedForm): Promise<string> {
  const key = form.files.get("file")?.object.key ?? "";
  return (await (await env.LAKE.get(key))?.text()) ?? "";
}

async function leftovers(): Promise<unknown[]> {
  const rows = await env.DB.prepare("SELECT key FROM objects").all();
  return [...rows.results, ...(await env.LAKE.list()).objects];
}

async function sha256Of(data: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", data)).toString("hex");
}

/** Bytes without a pattern, the same in every run. */
function noise(length: number): Uint8Array {
  let state = 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

describe("a form", () => {
  it("comes whole in any order of file and fields, wherever the network cuts it", { timeout: 60_000 }, async () => {
    const content = "line one\r\n--not-the-boundary\r\n\r\n--";
    const body = encoder.encode(field("before", "1") + fileHead() + content + "\r\n" + field("after", "grün") + END);
    for (let cut = 1; cut < body.byteLength; cut++) {
      const form = await receive(requestOf([body.subarray(0, cut), body.subarray(cut)]));
      expect(form.fields, `cut at ${cut}`).toEqual({ before: "1", after: "grün" });
      expect(form.files.get("file")?.object.sha256, `cut at ${cut}`).toBe(await sha256Of(encoder.encode(content)));
    }
  });

  it("comes whole byte by byte", async () => {
    const body = encoder.encode(fileHead("x\u00e9\u4e2d.csv") + "a\r\n-b\r\n" + field("k", "v") + END);
    const form = await receive(requestOf(Array.from(body, (byte) => Uint8Array.of(byte))));
    expect(form.fields).toEqual({ k: "v" });
    expect(form.files.get("file")?.filename).toBe("xé中.csv");
    expect(await readFile(form)).toBe("a\r\n-b");
  });

  it("may have an empty file, a preamble, an epilogue and a field of a dangerous name", async () => {
    const form = await receive(
      requestOf([`preamble\r\n${fileHead()}\r\n`, field("__proto__", "x"), END, "epilogue: x\r\n\r\n\u0000"]),
    );
    expect(Object.entries(form.fields)).toEqual([["__proto__", "x"]]);
    expect(form.files.get("file")?.object.size_bytes).toBe(0);
    expect(await readFile(form)).toBe("");
  });

  it.each([
    ["name*", `filename*=UTF-8''na%C3%AFve%20x.csv`, "naïve x.csv"],
    ["both", `filename="fallback.csv"; filename*=utf-8''%E4%B8%AD.csv`, "中.csv"],
    ["escapes", `filename="a \\"b\\".csv"`, 'a "b".csv'],
    ["semicolon", `filename="a; name=evil.csv"`, "a; name=evil.csv"],
    ["decomposed", `filename="e\u0301.csv"`, "é.csv"],
  ])("names its file: %s", async (_, parameter, filename) => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; ${parameter}\r\n\r\n`;
    const form = await receive(requestOf([head, "x\r\n", END]));
    expect(form.files.get("file")?.filename).toBe(filename);
  });
});

describe("a file", () => {
  it.each([0, 1, 8 * MEBIBYTE - 1, 8 * MEBIBYTE, 8 * MEBIBYTE + 1, 16 * MEBIBYTE, 20 * MEBIBYTE + 7])(
    "of %i bytes is stored as it came, pending, with its checksum",
    async (size) => {
      const data = noise(size);
      const form = await receive(requestOf([fileHead(), data, "\r\n", END]));
      const object = form.files.get("file")?.object;
      const sha256 = await sha256Of(data);
      expect(object).toEqual({
        key: object?.path,
        path: expect.stringMatching(/^uploads\/.*\/a\.csv$/),
        size_bytes: size,
        sha256,
      });
      const stored = await env.LAKE.get(object?.key ?? "");
      expect(await sha256Of(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer(0)))).toBe(sha256);
      expect(stored?.httpMetadata?.contentType).toBe("text/csv");
      expect(await env.DB.prepare("SELECT * FROM objects").first()).toMatchObject({
        state: "pending",
        size_bytes: size,
        sha256,
        r2_upload_id: null,
        origin: "test",
      });
    },
  );

  it("is swept after 24 h when nobody has named it", async () => {
    await receive(requestOf([fileHead(), "x\r\n", END]));
    ctx.advance(25 * 3_600_000);
    expect(await sweepObjects(ctx)).toMatchObject({ rows: 1 });
    expect(await leftovers()).toEqual([]);
  });
});

describe("nothing is left", () => {
  const large = noise(9 * MEBIBYTE);

  it.each([
    ["the body is cut off in a small file", [fileHead(), "abc", new Error("gone")], 400],
    ["the body is cut off in a large file", [fileHead(), large, new Error("gone")], 400],
    ["the body is cut off after the file", [fileHead(), "abc\r\n", new Error("gone")], 400],
    ["the body just ends", [fileHead(), large], 422],
    ["the last boundary lacks", [fileHead(), "abc\r\n", field("k", "v")], 422],
    ["a file follows that is not wanted", [fileHead(), "abc\r\n", fileHead("b.csv", "other"), "b\r\n", END], 422],
    ["the file comes twice", [fileHead(), large, "\r\n", fileHead("b.csv"), "b\r\n", END], 422],
    [
      "a later part has no name",
      [fileHead(), "abc\r\n", `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n`, END],
      422,
    ],
    ["a later header is broken", [fileHead(), "abc\r\n", `--${BOUNDARY}\r\n: : \u0000\r\n\r\nx\r\n`, END], 422],
    [
      "a later file name is wrongly encoded",
      [
        fileHead(),
        "abc\r\n",
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="b"; filename*=utf-8''%FF\r\n\r\nx\r\n`,
        END,
      ],
      422,
    ],
    ["a later field is too large", [fileHead(), "abc\r\n", field("k", "v".repeat(70_000)), END], 413],
    [
      "there are too many fields",
      [fileHead(), "abc\r\n", ...Array.from({ length: 65 }, (_, n) => field(`k${n}`, "")), END],
      422,
    ],
    ["a header is endless", [fileHead(), "abc\r\n", `--${BOUNDARY}\r\nX: ${"x".repeat(20_000)}`], 422],
  ] as [string, (string | Uint8Array | Error)[], number][])("when %s", async (_, pieces, status) => {
    await expect(receive(requestOf(pieces))).rejects.toMatchObject({ status });
    expect(await leftovers()).toEqual([]);
  });

  it("when it is larger than allowed, announced or not", async () => {
    await expect(receive(requestOf([fileHead(), large]), { max_bytes: MEBIBYTE })).rejects.toMatchObject({
      status: 413,
    });
    const announced = requestOf([fileHead(), "x\r\n", END]);
    announced.headers.set("Content-Length", "2000000");
    await expect(receive(announced, { max_bytes: MEBIBYTE })).rejects.toMatchObject({ status: 413 });
    expect(await leftovers()).toEqual([]);
  });

  it("when the caller's work fails, except what that made live", async () => {
    const failing = receiveMultipart(ctx, requestOf([fileHead(), large, "\r\n", END]), options, async () => {
      throw new Error("later");
    });
    await expect(failing).rejects.toThrow("later");
    expect(await leftovers()).toEqual([]);
    const late = receiveMultipart(ctx, requestOf([fileHead(), "x\r\n", END]), options, async ({ files }) => {
      await markLive(ctx.db, files.get("file")?.object.key ?? "", ctx.now());
      throw new Error("after the commit");
    });
    await expect(late).rejects.toThrow("after the commit");
    expect(await leftovers()).toHaveLength(2);
  });

  it("when R2 refuses a part", async () => {
    const lake: R2Bucket = Object.assign(Object.create(env.LAKE), {
      createMultipartUpload: async (key: string) => {
        const upload = await env.LAKE.createMultipartUpload(key);
        return {
          key,
          uploadId: upload.uploadId,
          uploadPart: () => Promise.reject(new Error("R2 is down")),
          abort: () => upload.abort(),
        };
      },
      delete: (key: string) => env.LAKE.delete(key),
    });
    ctx = testContext({ lake });
    await expect(receive(requestOf([fileHead(), large, "\r\n", END]))).rejects.toThrow("R2 is down");
    expect(await leftovers()).toEqual([]);
  });
});

it.each([
  "application/json",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  `multipart/form-data; boundary=${"x".repeat(71)}`,
  "multipart/mixed; boundary=x",
])("%s is refused", async (content_type) => {
  await expect(receive(requestOf(["x"], content_type))).rejects.toMatchObject({ status: 422 });
});
