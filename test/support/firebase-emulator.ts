import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { listenLocally } from "./listen-locally.ts";

const PACKAGE = "firebase-tools@15.34.2";
/** Hundreds of packages that only one suite needs: beside the repository's own, and kept for the next run. */
const FOLDER = join(homedir(), ".cache", "catchment", PACKAGE);
const INSTALL_SECONDS = 600;
const PROJECT = "demo-catchment";

type CreateApp = (project: string, mode: number) => Promise<RequestListener>;

export interface FirebaseEmulator {
  /** `host:port`. */
  host: string;
  project: string;
  /** The newest account of an address, as an administrator sees it; null when there is none. */
  find(email: string): Promise<{ localId: string; disabled?: boolean } | null>;
  /** Changes an account as an administrator. */
  update(localId: string, changes: Record<string, unknown>): Promise<void>;
  remove(localId: string): Promise<void>;
  /** Signs up by Firebase's own API, as its SDK does in an app. */
  signUp(login: { email: string; password: string }): Promise<{ idToken: string }>;
  /** Uses the link up that was mailed last to an address. */
  followResetLink(email: string, newPassword: string): Promise<void>;
  stop(): Promise<void>;
}

/** Installs the emulator unless it is there; returns why that is impossible here, or null. */
export function installFirebaseTools(): string | null {
  if (findCreateApp()) return null;
  mkdirSync(FOLDER, { recursive: true });
  const args = ["install", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE];
  try {
    execFileSync("npm", args, { stdio: "ignore", timeout: INSTALL_SECONDS * 1000 });
  } catch {
    return `the npm package ${PACKAGE} is not installed and cannot be`;
  }
  return findCreateApp() ? null : `the npm package ${PACKAGE} brings no emulator`;
}

/** Starts the emulator of Firebase Authentication on a free port, empty. */
export async function startFirebaseEmulator(): Promise<FirebaseEmulator> {
  const createApp = findCreateApp();
  if (!createApp) throw new Error(`${PACKAGE} is not installed`);
  const local = await listenLocally(createServer(await createApp(PROJECT, 0)));
  const { host } = new URL(local.url);
  const accounts = `http://${host}/identitytoolkit.googleapis.com/v1/accounts`;
  const administered = `http://${host}/identitytoolkit.googleapis.com/v1/projects/${PROJECT}/accounts`;
  return {
    host,
    project: PROJECT,
    async find(email) {
      const { users } = await post<{ users?: { localId: string; disabled?: boolean }[] }>(`${administered}:lookup`, {
        email: [email],
      });
      return users?.[0] ?? null;
    },
    async update(localId, changes) {
      await post(`${administered}:update`, { localId, ...changes });
    },
    async remove(localId) {
      await post(`${administered}:delete`, { localId });
    },
    signUp: (login) => post(`${accounts}:signUp?key=app`, { ...login, returnSecureToken: true }, null),
    async followResetLink(email, newPassword) {
      const response = await fetch(`http://${host}/emulator/v1/projects/${PROJECT}/oobCodes`);
      // The emulator's own listing (https://firebase.google.com/docs/reference/rest/auth, "Emulator").
      const { oobCodes } = (await response.json()) as { oobCodes: { email: string; oobCode: string }[] };
      const code = oobCodes.findLast((known) => known.email === email);
      if (!code) throw new Error("No link was mailed");
      await post(`${accounts}:resetPassword?key=app`, { oobCode: code.oobCode, newPassword }, null);
    },
    stop: () => local.close(),
  };
}

/** What the emulator answers is trusted to be as its API says. */
async function post<T>(url: string, body: unknown, bearer: string | null = "owner"): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The package says nothing of its types. */
function findCreateApp(): CreateApp | null {
  try {
    const require = createRequire(join(FOLDER, "package.json"));
    return (require("firebase-tools/lib/emulator/auth/server") as { createApp: CreateApp }).createApp;
  } catch {
    return null;
  }
}
