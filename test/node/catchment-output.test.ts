import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { escapeLines } from "../../src/cli/catchment/escape-controls.ts";
import { writeAnswer } from "../../src/cli/catchment/write-answer.ts";
import { startCommand } from "../support/catchment-command.ts";
import { listenLocally } from "../support/listen-locally.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "catchment-output-"));
  file = join(folder, "rows.csv");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const answerOf = (rows: string) => new Response(rows).body;

/** An answer that comes to an end when it is told to. */
function heldAnswer(first: string) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const send = (rows: string) => writer.write(new TextEncoder().encode(rows));
  void send(first);
  return { readable, send, end: () => writer.close(), cut: () => writer.abort(new Error("cut")) };
}

/** Waits for an answer to have begun to be written. */
const waitForPart = (rows: string) =>
  vi.waitFor(() => {
    const parts = readdirSync(folder).filter((name) => name.endsWith(".part"));
    expect(parts.map((name) => readFileSync(join(folder, name), "utf8"))).toContain(rows);
  });

describe("an answer on a terminal", () => {
  const show = (chunks: (string | Uint8Array)[]) =>
    text(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).compose(escapeLines));

  it.each([
    { of: "CRLF", chunks: ["ts,open\r\n1,2\r\n"], shown: "ts,open\r\n1,2\r\n" },
    { of: "CRLF in two chunks", chunks: ["ts\r", "\n1\r", "", "\n"], shown: "ts\r\n1\r\n" },
    { of: "LF", chunks: ["ts\n1\n"], shown: "ts\n1\n" },
  ])("keeps its line breaks of $of", async ({ chunks, shown }) => {
    expect(await show(chunks)).toBe(shown);
  });

  it.each([
    { what: "a CR that goes back in its line", chunks: ["gone\rback\n"], shown: "gone\\u{d}back\n" },
    { what: "a CR at the end of a chunk and of the answer", chunks: ["a\r", "b\r"], shown: "a\\u{d}b\\u{d}" },
    { what: "a CR before a line break", chunks: ["a\r\r\n"], shown: "a\\u{d}\r\n" },
    { what: "an escape sequence", chunks: ["\u001B[2J\r\n"], shown: "\\u{1b}[2J\r\n" },
    {
      what: "a control in two chunks",
      chunks: [Uint8Array.of(0xe2, 0x80), Uint8Array.of(0xae), "é"],
      shown: "\\u{202e}é",
    },
    { what: "a character that is cut off", chunks: ["cut", Uint8Array.of(0xe2, 0x80)], shown: "cut\uFFFD" },
  ])("shows $what", async ({ chunks, shown }) => {
    expect(await show(chunks)).toBe(shown);
  });
});

describe("an answer in a file", () => {
  it("is whole when two commands write the same file at once", async () => {
    const slow = heldAnswer("a,");
    const written = writeAnswer(slow.readable, file);
    await waitForPart("a,");
    expect(await writeAnswer(answerOf("bbbbbbbb\n"), file)).toBe(9);
    expect(readFileSync(file, "utf8")).toBe("bbbbbbbb\n");
    await slow.send("a\n");
    await slow.end();
    expect(await written).toBe(4);
    expect(readFileSync(file, "utf8")).toBe("a,a\n");
    expect(readdirSync(folder)).toEqual(["rows.csv"]);
  });

  it("leaves a file of the user's own that is called .part", async () => {
    writeFileSync(`${file}.part`, "mine");
    await writeAnswer(answerOf("1\n"), file);
    expect(readFileSync(`${file}.part`, "utf8")).toBe("mine");
  });

  it("leaves what was there when it is cut off", async () => {
    writeFileSync(file, "before");
    const answer = heldAnswer("1\n");
    const written = writeAnswer(answer.readable, file);
    await waitForPart("1\n");
    void answer.cut();
    await expect(written).rejects.toThrow(`${file} was not written: cut.`);
    expect(readdirSync(folder)).toEqual(["rows.csv"]);
    expect(readFileSync(file, "utf8")).toBe("before");
  });

  it.each(["there", "not there yet"])("goes through a link to one that is %s", async (state) => {
    const target = join(folder, "target.csv");
    if (state === "there") writeFileSync(target, "before");
    symlinkSync("target.csv", file);
    await writeAnswer(answerOf("1\n"), file);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toBe("1\n");
  });

  it.runIf(process.platform !== "win32")("goes straight into what is no regular file", async () => {
    execFileSync("mkfifo", [file]);
    await using pipe = await open(file, "r+");
    expect(await writeAnswer(answerOf("1,2\n"), file)).toBe(4);
    expect(lstatSync(file).isFIFO()).toBe(true);
    const { buffer, bytesRead } = await pipe.read(Buffer.alloc(16));
    expect(buffer.toString("utf8", 0, bytesRead)).toBe("1,2\n");
    expect(readdirSync(folder)).toEqual(["rows.csv"]);
  });

  it.runIf(existsSync("/dev/full"))("says that a device takes no more", async () => {
    symlinkSync("/dev/full", file);
    await expect(writeAnswer(answerOf("1\n"), file)).rejects.toThrow(`${file} was not written: ENOSPC`);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind at %s", async (signal) => {
    const server = await listenLocally(createServer((_, response) => void response.write("ts,open\n")));
    const args = ["read", "binance", "X", "--from", "2024-01-01", "--to", "2024-01-01", "--output", file];
    const { child, ended } = startCommand(args, { env: { CATCHMENT_URL: server.url, XDG_CONFIG_HOME: folder } });
    await waitForPart("ts,open\n");
    child.kill(signal);
    expect(await ended).toEqual({ code: 130, stdout: "", stderr: "Interrupted.\n" });
    expect(readdirSync(folder)).toEqual([]);
    await server.close();
  });
});
