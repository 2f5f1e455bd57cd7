import { connect } from "cloudflare:sockets";
import { AppError } from "../../../src/errors.ts";
import { FilesystemFailure } from "../../../src/connectors/filesystems/failures.ts";
import type { Filesystem, FilesystemIo } from "../../../src/connectors/filesystems/filesystem.ts";
import { filesystemSettings, openFilesystem } from "../../../src/connectors/filesystems/filesystems.ts";
import { type Call, encodeChunk, encodeEnd, type End } from "./frames.ts";

const io: FilesystemIo = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  connect: async ({ host, port }, transport) => {
    const secureTransport = transport === "starttls" ? "starttls" : "off";
    const socket = connect({ hostname: host, port }, { secureTransport, allowHalfOpen: false });
    socket.closed.catch(() => undefined);
    await socket.opened;
    return socket;
  },
};

async function run(filesystem: Filesystem, call: Call, content: ReadableStream<Uint8Array>): Promise<unknown> {
  switch (call.operation) {
    case "check":
      return filesystem.check();
    case "list":
      return filesystem.list(call.cursor);
    case "write":
      return filesystem.write(call.path, content, call.size ?? undefined);
    case "begin":
      return filesystem.parts?.begin(call.path);
    case "put": {
      const bytes = new Uint8Array(await new Response(content).arrayBuffer());
      return filesystem.parts?.put(call.path, call.upload, {
        number: call.number,
        offset: call.offset,
        content: bytes,
      });
    }
    case "complete":
      return filesystem.parts?.complete(call.path, call.upload, call.tags);
    case "abort":
      return filesystem.parts?.abort(call.path, call.upload);
    case "open":
      throw new Error("is answered as it comes");
  }
}

/** The answer to a call, as frames: the file's bytes, then how it ended. */
async function answer(request: Request, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const call = JSON.parse(decodeURIComponent(request.headers.get("X-Call") ?? "")) as Call;
  let end: End;
  let filesystem: Filesystem | undefined;
  try {
    filesystem = await openFilesystem(filesystemSettings.parse(call.settings), io);
    if (call.operation === "open") {
      const content = await filesystem.open(call.path, call.options);
      for await (const chunk of content) await writer.write(encodeChunk(chunk));
      end = { result: null };
    } else {
      end = { result: (await run(filesystem, call, request.body ?? new ReadableStream())) ?? null };
    }
  } catch (error) {
    end = { error: describe(error) };
  }
  await filesystem?.close();
  await writer.write(encodeEnd(end));
  await writer.close();
}

function describe(error: unknown) {
  if (error instanceof FilesystemFailure)
    return { kind: error.kind, message: `${error.message}${error.cause ? ` (${String(error.cause)})` : ""}` };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: error instanceof AppError ? "refused-by-io" : "bug", message: `${message}\n${stack}` };
}

/** Opens a filesystem for one call, inside workerd. */
export default {
  fetch(request: Request, _env: unknown, execution: ExecutionContext): Response {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    execution.waitUntil(answer(request, writable.getWriter()).catch(() => undefined));
    return new Response(readable);
  },
};
