import { z } from "zod";
import { dataOrThrow } from "../../client/client.ts";
import type { Session } from "./session.ts";

const frameSchema = z.object({ data: z.record(z.string(), z.unknown()) });

export type FrameData = z.infer<typeof frameSchema>["data"];

export interface LiveSocket {
  isOpen(): boolean;
  /** Whether nothing follows; a socket that is being opened is neither. */
  isClosed(): boolean;
  close(): void;
}

/**
 * Hears the events of `platform` or `job:<id>` as they happen, as long as the socket lives; who needs all of them also
 * asks from time to time. `onFrame` gets the data of each, `onClose` is called once when nothing follows.
 */
export function openLiveSocket(
  session: Session,
  topic: string,
  { onFrame, onClose }: { onFrame: (data: FrameData) => void; onClose: () => void },
): LiveSocket {
  let socket: WebSocket | undefined;
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    socket?.close();
    onClose();
  };
  const open = async () => {
    const { ticket } = await dataOrThrow(session.client.POST("/ws/ticket", { body: { topic } }));
    if (isClosed) return;
    socket = new WebSocket(addressOf(session.url, topic, ticket));
    socket.addEventListener("message", ({ data }) => {
      const frame = frameSchema.safeParse(parseJson(String(data)));
      if (frame.success) onFrame(frame.data.data);
    });
    socket.addEventListener("close", close);
    socket.addEventListener("error", close);
  };
  open().catch(close);
  return {
    isOpen: () => !isClosed && socket?.readyState === WebSocket.OPEN,
    isClosed: () => isClosed,
    close,
  };
}

function addressOf(url: string, topic: string, ticket: string): string {
  const path = topic === "platform" ? "/ws" : `/ws/jobs/${encodeURIComponent(topic.slice("job:".length))}`;
  return `${url.replace(/^http/, "ws")}${path}?ticket=${encodeURIComponent(ticket)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
