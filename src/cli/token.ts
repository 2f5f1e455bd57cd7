import { parseArgs } from "node:util";
import { SignJWT } from "jose";
import type { TokenScope } from "../platform/auth/admin-tokens.routes.ts";
import { readVars } from "./dev-vars.ts";
import { Failure, runCommand } from "./failure.ts";

const HELP = `Prints a static API token, signed with JWT_SECRET_KEY from the environment or .dev.vars.

  npm run --silent token -- [--days 365] [--scope inventory,metrics]

  --days    days until the token expires (default: JWT_EXPIRE_DAYS, else 365)
  --scope   market-data, inventory, warehouse (each also with :read or :write) and metrics,
            comma separated (default: all four)

Revoke it with DELETE /admin/tokens/{jti}; the jti is the token's id, inside the token.`;

const WHOLE_SCOPE: TokenScope[] = ["market-data", "inventory", "warehouse", "metrics"];
const SCOPE = /^((market-data|inventory|warehouse)(:(read|write))?|metrics)$/;
const LEAST_KEY_BYTES = 32;
const LONGEST_DAYS = 3_650;

type Settings = Record<string, string | undefined>;

await runCommand(async () => {
  const token = await makeToken(process.argv.slice(2), { ...readVars(".dev.vars"), ...process.env });
  console.log(token ?? HELP);
});

/** Signs a token; null when help was asked for. Throws a sentence for every wrong option or setting. */
async function makeToken(args: string[], settings: Settings): Promise<string | null> {
  const values = readOptions(args);
  if (values.help) return null;
  const algorithm = settings.JWT_ALGORITHM || "HS256";
  if (algorithm !== "HS256")
    throw new Failure(`JWT_ALGORITHM ${algorithm} is not supported: tokens are signed by HS256`);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ api: "access", scope: readScope(values.scope) })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setIssuer("catchment")
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + readDays(values.days ?? (settings.JWT_EXPIRE_DAYS || "365")) * 86_400)
    .sign(readKey(settings.JWT_SECRET_KEY));
}

function readOptions(args: string[]) {
  try {
    const text = { type: "string" } as const;
    return parseArgs({ args, options: { days: text, scope: text, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}; see --help`, { cause: error });
  }
}

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS) return days;
  throw new Failure(`Days must be a whole number from 1 to ${LONGEST_DAYS}, not ${JSON.stringify(text)}`);
}

function readScope(text: string | undefined): string[] {
  if (text === undefined) return WHOLE_SCOPE;
  const scope = text.split(",").map((part) => part.trim());
  const wrong = scope.find((part) => !SCOPE.test(part));
  if (wrong === undefined) return scope;
  throw new Failure(`Scope ${JSON.stringify(wrong)} is not known; see --help`);
}

/** The first of two values signs, the second only verifies. */
function readKey(setting: string | undefined): Uint8Array {
  const key = new TextEncoder().encode(setting?.split(",")[0] ?? "");
  if (key.byteLength === 0) throw new Failure("JWT_SECRET_KEY is missing: run `npm start` once, or set it");
  if (key.byteLength >= LEAST_KEY_BYTES) return key;
  throw new Failure(`JWT_SECRET_KEY is shorter than ${LEAST_KEY_BYTES} bytes, and the server refuses such a key`);
}
