import { randomInt, randomUUID } from "node:crypto";

/** How the bank behaves towards one of its customers. */
export type Behaviour = "normal" | "slow" | "changed" | "nocode" | "busy" | "locked";

/** What the bank answers a request instead of what it should. */
export type Lie =
  | "error"
  | "endless"
  | "garbage"
  | "deep"
  | "hang"
  | "cut"
  | "redirect-loop"
  | "redirect-away"
  | "repeat-form"
  | "repeat-form-away"
  | "form-away"
  | "form-by-address"
  | "page-not-file"
  | "socket-away"
  | "opens-window"
  | "makes-too-much";

export interface DemoBankOptions {
  /** Its date decides what is in the reports; the present when left out. */
  today?: number;
  slow_ms?: number;
  /** By request, such as `GET /overview`. */
  lies?: Record<string, Lie>;
}

export interface DemoSession {
  id: string;
  /** Repeated by every form of the session. */
  token: string;
  username: string | null;
  state: "new" | "busy" | "code" | "open";
  code: string | null;
}

/** What the bank saw, for tests. */
export interface DemoBankReport {
  logins: { username: string; outcome: "accepted" | "refused" | "locked" }[];
  /** Sessions that are signed in and not yet signed out. */
  open_sessions: number;
  locked: string[];
  codes: { username: string; code: string }[];
  /** Method and path of every request. */
  requests: string[];
  /** Requests that led away from the bank's origin: method and what their body held. */
  strays: string[];
}

export interface DemoBankWorld extends Omit<DemoBankReport, "open_sessions" | "locked"> {
  options: DemoBankOptions;
  sessions: Map<string, DemoSession>;
  wrongPasswords: Map<string, number>;
  locked: Set<string>;
  /** Customers whose session is open on some other device. */
  elsewhere: Set<string>;
  sendCode(username: string, code: string): void;
}

/** Of everybody. */
export const ACCOUNT_NUMBER = "12345678-12345678";

/** Each is called after what the bank does to them, and has the name for a password. */
export const CUSTOMERS: Record<string, Behaviour> = {
  demo: "normal",
  slow: "slow",
  changed: "changed",
  nocode: "nocode",
  busy: "busy",
  locked: "locked",
};

const MOST_WRONG_PASSWORDS = 3;

/** A bank that nobody has visited yet; `sendCode` is what its one-time codes go out by. */
export function createDemoBankWorld(options: DemoBankOptions, sendCode: DemoBankWorld["sendCode"]): DemoBankWorld {
  return {
    options,
    sessions: new Map(),
    wrongPasswords: new Map(),
    locked: new Set(["locked"]),
    elsewhere: new Set(["busy"]),
    logins: [],
    codes: [],
    requests: [],
    strays: [],
    sendCode,
  };
}

/** The session of a cookie, or a new one. */
export function openSession(world: DemoBankWorld, id: string | undefined): DemoSession {
  const known = world.sessions.get(id ?? "");
  if (known) return known;
  const session: DemoSession = { id: randomUUID(), token: randomUUID(), username: null, state: "new", code: null };
  world.sessions.set(session.id, session);
  return session;
}

/** Checks a password, and locks the account at the third wrong one. */
export function signIn(
  world: DemoBankWorld,
  session: DemoSession,
  form: URLSearchParams,
): "accepted" | "refused" | "locked" {
  const username = form.get("username") ?? "";
  const isKnown = Object.hasOwn(CUSTOMERS, username) && form.get("account_number") === ACCOUNT_NUMBER;
  const isRight = isKnown && form.get("password") === username;
  if (!isRight) {
    const wrong = (world.wrongPasswords.get(username) ?? 0) + 1;
    world.wrongPasswords.set(username, wrong);
    if (isKnown && wrong >= MOST_WRONG_PASSWORDS) world.locked.add(username);
  }
  const outcome = world.locked.has(username) ? "locked" : isRight ? "accepted" : "refused";
  world.logins.push({ username, outcome });
  if (outcome !== "accepted") return outcome;
  world.wrongPasswords.delete(username);
  const others = [...world.sessions.values()].filter((other) => other.state === "open" && other.username === username);
  session.username = username;
  session.state = others.length > 0 || world.elsewhere.has(username) ? "busy" : "code";
  return outcome;
}

/** Ends every other session of the customer. */
export function endOthers(world: DemoBankWorld, session: DemoSession): void {
  for (const [id, { username }] of world.sessions) {
    if (username === session.username && id !== session.id) world.sessions.delete(id);
  }
  world.elsewhere.delete(session.username ?? "");
  session.state = "code";
}

/** Sends a session's one-time code, once. */
export function issueCode(world: DemoBankWorld, session: DemoSession): void {
  const { username } = session;
  if (session.code !== null || username === null) return;
  session.code = String(randomInt(100_000, 1_000_000));
  if (CUSTOMERS[username] === "nocode") return;
  world.codes.push({ username, code: session.code });
  world.sendCode(username, session.code);
}

/** What tests are told of a world. */
export function reportOf(world: DemoBankWorld): DemoBankReport {
  const { logins, codes, requests, strays } = world;
  const open = [...world.sessions.values()].filter(({ state }) => state === "open");
  return { logins, open_sessions: open.length, locked: [...world.locked], codes, requests, strays };
}
