import { type Audience, type Join, mayHear, type Seat } from "../src/platform/events/protocol.ts";
import type { KeptFrame } from "./event-history.ts";

const HEARTBEAT_MS = 15_000;
/** A reader who falls this far behind is cut off; it comes back with `Last-Event-ID`. */
const BUFFER_BYTES = 1_048_576;

interface StreamReader {
  audience: Audience | null;
  seat: Seat | null;
  controller: ReadableStreamDefaultController<Uint8Array>;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(": heartbeat\n\n");
const RETRY = encoder.encode("retry: 3000\n\n");

const encodeFrame = ({ id, type, text }: KeptFrame) => encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${text}\n\n`);

/** The readers of a feed by Server-Sent Events (WHATWG HTML, section 9.2); `changed` is told when one comes, or goes from its seat. */
export function openStreams(changed: (left?: Seat | null) => void) {
  const readers = new Set<StreamReader>();
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  function leave(reader: StreamReader): void {
    readers.delete(reader);
    if (readers.size === 0) clearInterval(heartbeat);
    changed(reader.seat);
  }

  function write(reader: StreamReader, chunk: Uint8Array): void {
    if ((reader.controller.desiredSize ?? 0) > 0) return reader.controller.enqueue(chunk);
    reader.controller.close();
    leave(reader);
  }

  return {
    count: () => readers.size,

    seats: () => [...readers].flatMap(({ seat }) => seat?.id ?? []),

    /** An answer that starts with the welcome and goes on with what is sent; it is over at once when the feed has ended. */
    open({ audience, seat = null }: Join, welcome: KeptFrame[], ended: boolean): Response {
      let opened: StreamReader | undefined;
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            for (const chunk of [RETRY, ...welcome.map(encodeFrame)]) controller.enqueue(chunk);
            if (ended) {
              controller.close();
              return changed(seat);
            }
            opened = { audience, seat, controller };
            readers.add(opened);
            if (readers.size === 1)
              heartbeat = setInterval(() => readers.forEach((one) => write(one, HEARTBEAT)), HEARTBEAT_MS);
            changed();
          },
          cancel() {
            if (opened) leave(opened);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
      );
      return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
    },

    send(frame: KeptFrame): void {
      if (readers.size === 0) return;
      const chunk = encodeFrame(frame);
      for (const reader of readers) if (mayHear(reader.audience, frame)) write(reader, chunk);
    },

    dismiss(principal: string): void {
      for (const reader of readers) {
        if (reader.audience?.principal !== principal) continue;
        reader.controller.close();
        leave(reader);
      }
    },

    end(): void {
      for (const reader of readers) {
        reader.controller.close();
        leave(reader);
      }
    },
  };
}
