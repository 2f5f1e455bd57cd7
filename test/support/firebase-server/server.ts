import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenLocally, type LocalServer } from "../listen-locally.ts";
import { type Account, newWorld, refusal, type World } from "./accounts.ts";
import { createSigner, type Signer } from "./signer.ts";

export interface FirebaseServer extends LocalServer {
  /** Key file of the only administrator that there is. */
  serviceAccount: string;
}

interface Answer {
  status: number;
  body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const ADMIN_TOKEN = "ya29.administrator";

/**
 * Starts a server on 127.0.0.1 that answers as Identity Toolkit, the token service and the keys do where the emulator
 * cannot: tokens are signed (RS256), and `PUT /{world}/lies` makes it lie. Each world under `/{world}` is a project
 * of its own; `PUT /{world}/accounts`, `/published` and `/sign`, and `GET /{world}/calls`, are for tests.
 */
export async function startFirebaseServer(): Promise<FirebaseServer> {
  const signer = await createSigner();
  const worlds = new Map<string, World>();
  const server = createServer((request, response) => {
    answer(signer, worlds, request)
      .then(({ status, body }) => send(response, status, body))
      .catch(() => response.destroy());
  });
  const local = await listenLocally(server);
  return { ...local, serviceAccount: signer.serviceAccount(`${local.url}/oauth/token`) };
}

async function answer(signer: Signer, worlds: Map<string, World>, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(`http://localhost${request.url}`);
  const [, name = "", ...rest] = pathname.split("/");
  const path = rest.join("/");
  const text = Buffer.concat(await request.toArray()).toString();
  const world = worlds.get(name) ?? newWorld();
  worlds.set(name, world);
  if (name === "oauth") {
    const assertion = new URLSearchParams(text).get("assertion") ?? "";
    if (!(await signer.isAdministrator(assertion))) return refusal("invalid_grant");
    return ok({ access_token: ADMIN_TOKEN, expires_in: 3600, token_type: "Bearer" });
  }
  if (request.method === "PUT") return steer(signer, world, path, JSON.parse(text));
  if (path === "calls") return ok(world.calls);
  world.calls.push(`${request.method} ${path}`);
  const operation = path.split(/[:/]/).at(-1) ?? "";
  const lie = world.lies[operation];
  if (lie) return lie;
  if (path === "keys") return ok(signer.keys(world.published));
  if (path === "v1/token") return refresh(signer, world, new URLSearchParams(text).get("refresh_token") ?? "");
  const body: Record<string, string> = JSON.parse(text);
  if (path.startsWith("v1/projects/")) {
    const isAdministrator = request.headers.authorization === `Bearer ${ADMIN_TOKEN}`;
    return isAdministrator ? administer(world, operation, body) : { status: 401, body: { error: { code: 401 } } };
  }
  return callAccounts(signer, world, operation, body);
}

/** What a test sets, beyond what Firebase offers. */
async function steer(signer: Signer, world: World, path: string, value: unknown): Promise<Answer> {
  if (path === "sign") return ok(await signer.sign(value));
  Object.assign(world, { [path]: value });
  return ok(null);
}

async function callAccounts(
  signer: Signer,
  world: World,
  operation: string,
  body: Record<string, string>,
): Promise<Answer> {
  const known = world.accounts.find(({ email }) => email === body["email"]?.toLowerCase());
  if (operation === "signUp") {
    if (known) return refusal("EMAIL_EXISTS");
    const account = {
      localId: randomUUID(),
      email: body["email"]?.toLowerCase() ?? "",
      password: body["password"] ?? "",
    };
    const added = { ...account, emailVerified: false, disabled: false, validSince: "0" };
    world.accounts.push(added);
    return issue(signer, added);
  }
  if (operation === "signInWithPassword") {
    if (!known || known.password !== body["password"]) return refusal("INVALID_LOGIN_CREDENTIALS");
    return known.disabled ? refusal("USER_DISABLED") : issue(signer, known);
  }
  if (operation === "sendOobCode") return known ? ok({ email: known.email }) : refusal("EMAIL_NOT_FOUND");
  const claims = signer.read(body["idToken"] ?? "");
  const own = world.accounts.find(({ localId }) => localId === claims.sub);
  if (!own) return refusal("USER_NOT_FOUND");
  if (own.disabled) return refusal("USER_DISABLED");
  if (claims.auth_time < Number(own.validSince)) return refusal("TOKEN_EXPIRED");
  if (operation === "lookup") return ok({ users: [{ ...own, password: undefined }] });
  if (operation === "update") {
    own.password = body["password"] ?? "";
    return issue(signer, own);
  }
  world.accounts = world.accounts.filter((account) => account !== own);
  return ok({});
}

function administer(world: World, operation: string, { localId, validSince }: Record<string, string>): Answer {
  const account = world.accounts.find((known) => known.localId === localId);
  if (!account) return refusal("USER_NOT_FOUND");
  if (operation === "delete") world.accounts = world.accounts.filter((known) => known !== account);
  if (validSince !== undefined) account.validSince = validSince;
  return ok({ localId });
}

/** A refresh token of this server is the account's id and when it signed in. */
async function refresh(signer: Signer, world: World, token: string): Promise<Answer> {
  const [localId, auth_time] = token.split("@");
  const account = world.accounts.find((known) => known.localId === localId);
  if (!account) return refusal("INVALID_REFRESH_TOKEN");
  if (account.disabled) return refusal("USER_DISABLED");
  if (Number(auth_time) < Number(account.validSince)) return refusal("TOKEN_EXPIRED");
  const id_token = await signer.issue(account.localId, Number(auth_time));
  return ok({ id_token, access_token: id_token, refresh_token: token, expires_in: "3600", token_type: "Bearer" });
}

async function issue(signer: Signer, { localId }: Account): Promise<Answer> {
  const auth_time = Math.floor(Date.now() / 1000);
  const idToken = await signer.issue(localId, auth_time);
  return ok({ localId, idToken, refreshToken: `${localId}@${auth_time}`, expiresIn: "3600" });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" && status !== 200 ? body : JSON.stringify(body));
}
