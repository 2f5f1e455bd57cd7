import { signal } from "@preact/signals";

export interface Person {
  id: string;
  email: string;
  role: "admin" | "user";
}

const LOOK_EVERY = 60_000;

/** Who is signed in; null is nobody, undefined is not known yet. The session itself is a cookie no script can read. */
export const person = signal<Person | null | undefined>(undefined);

/** What the sign-in says to somebody who has just left for good; null else. */
export const farewell = signal<string | null>(null);

/** Asks the server whose the session cookie is; throws when it cannot be reached. */
export async function readPerson(): Promise<void> {
  const response = await fetch("/users/me");
  if (response.status >= 500) throw new Error("The server does not answer");
  const now = response.ok ? ((await response.json()) as Person) : null;
  if (JSON.stringify(now) !== JSON.stringify(person.peek())) person.value = now;
}

/** Looks every minute whether the session goes on: where domains are open to everybody, nothing else would tell. */
export function watchSession(): () => void {
  const look = () => {
    if (person.peek() && !document.hidden) readPerson().catch(() => {});
  };
  const timer = window.setInterval(look, LOOK_EVERY);
  document.addEventListener("visibilitychange", look);
  return () => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

/** Opens a session; returns what speaks against it, or null. */
export async function signIn(email: string, password: string): Promise<string | null> {
  const response = await fetch("/auth/cookie/login", {
    method: "POST",
    body: new URLSearchParams({ username: email, password }),
  });
  if (!response.ok) return refusalOf(response);
  farewell.value = null;
  await readPerson();
  return null;
}

/** Whether an answer says that nobody is signed in any more: the session has ended, or an admin has blocked its owner. */
export async function hasEndedSession(response: Response): Promise<boolean> {
  if (response.status !== 403) return response.status === 401;
  const answer = (await response
    .clone()
    .json()
    .catch(() => null)) as { error?: string } | null;
  return answer?.error === "USER_BLOCKED";
}

async function refusalOf(response: Response): Promise<string> {
  if (response.status === 400) return "Wrong e-mail address or password.";
  if (response.status === 429) return "Too many tries. Wait a minute and try again.";
  const answer = (await response.json().catch(() => null)) as { message?: string } | null;
  return answer?.message ?? `The server answered ${response.status}.`;
}
