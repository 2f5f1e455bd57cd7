import { signal } from "@preact/signals";
import { hasEndedSession, person } from "./session.ts";

/** What the platform's socket sends; `reset` says that frames were missed, so that what is shown must be read anew. */
export interface Frame {
  id: string;
  type: string;
  data: Record<string, unknown>;
  timestamp: string;
}

type Listener = (frame: Frame) => void;

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/** Whether events arrive; while they do not, the page says so and tries again by itself. */
export const connection = signal<"connecting" | "open" | "lost">("connecting");

const listeners = new Set<Listener>();
let socket: WebSocket | null = null;
/** Raised whenever what was being opened is no longer wanted. */
let attempt = 0;
let isOpening = false;
let lastId: string | null = null;
let wait = FIRST_WAIT;
let timer: number | undefined;

/** Calls back for every frame until the returned function is called. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

person.subscribe((now) => (now ? void connect() : disconnect()));
window.addEventListener("online", () => void connect());
document.addEventListener("visibilitychange", () => document.hidden || void connect());

/** Every socket has a ticket of its own, so that a session that has ended opens none. */
async function connect(): Promise<void> {
  if (socket !== null || isOpening || !person.value) return;
  window.clearTimeout(timer);
  const own = ++attempt;
  isOpening = true;
  const ticket = await takeTicket();
  if (own !== attempt) return;
  isOpening = false;
  if (ticket === null) return retry();
  const url = new URL("/ws", window.location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("ticket", ticket);
  if (lastId !== null) url.searchParams.set("after", lastId);
  open(new WebSocket(url));
}

function open(opened: WebSocket): void {
  socket = opened;
  opened.addEventListener("open", () => {
    wait = FIRST_WAIT;
    connection.value = "open";
    // What ended between the first reads and now, or made no event, may have been missed.
    tell({ id: "", type: "reset", data: {}, timestamp: new Date().toISOString() });
  });
  opened.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    lastId = frame.id;
    tell(frame);
  });
  opened.addEventListener("close", () => {
    if (socket === opened) retry();
  });
}

function retry(): void {
  socket = null;
  connection.value = "lost";
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void connect(), wait * (0.75 + Math.random() / 2));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function disconnect(): void {
  const left = socket;
  attempt++;
  isOpening = false;
  socket = null;
  lastId = null;
  window.clearTimeout(timer);
  connection.value = "connecting";
  left?.close();
}

/** Null while the server cannot be reached; a session that has ended leads to the sign-in. */
async function takeTicket(): Promise<string | null> {
  try {
    const response = await fetch("/ws/ticket", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ topic: "platform" }),
    });
    if (await hasEndedSession(response)) person.value = null;
    return response.ok ? ((await response.json()) as { ticket: string }).ticket : null;
  } catch {
    return null;
  }
}

function tell(frame: Frame): void {
  for (const listener of listeners) listener(frame);
}
