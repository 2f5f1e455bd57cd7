import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const COMMAND = join(import.meta.dirname, "../../src/cli/token.ts");
const KEY = "a-key-of-the-environment-0123456789abcdef";
const FILE_KEY = "a-key-of-the-file-0123456789abcdef012345";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "catchment-token-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(args: string[] = [], environment: Record<string, string | undefined> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
    encoding: "utf8",
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

async function verify(token: string, key: string) {
  const { payload } = await jwtVerify(token.trim(), new TextEncoder().encode(key), { issuer: "catchment" });
  return payload;
}

describe("npm run token", () => {
  it("prints a token for every shared domain and the metrics, valid for a year, and nothing else", async () => {
    const { status, stdout, stderr } = run([], { JWT_SECRET_KEY: KEY });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { iat = 0, exp = 0, jti, ...claims } = await verify(stdout, KEY);
    expect(claims).toEqual({
      api: "access",
      iss: "catchment",
      scope: ["market-data", "inventory", "warehouse", "metrics"],
    });
    expect(exp - iat).toBe(365 * 86_400);
    expect(jti).toMatch(/^[\da-f-]{36}$/);
  });

  it("takes days and scope from its options, and gives every token its own id", () => {
    const [first, second] = [0, 1].map(() => {
      const { stdout } = run(["--days", "7", "--scope", "inventory,warehouse:read"], { JWT_SECRET_KEY: KEY });
      return decodeJwt(stdout.trim());
    });
    expect(first).toMatchObject({ scope: ["inventory", "warehouse:read"] });
    expect((first?.exp ?? 0) - (first?.iat ?? 0)).toBe(7 * 86_400);
    expect(first?.jti).not.toBe(second?.jti);
  });

  it("reads JWT_EXPIRE_DAYS, and signs by the first of two keys", async () => {
    const { stdout } = run([], { JWT_SECRET_KEY: `${KEY},${FILE_KEY}`, JWT_EXPIRE_DAYS: "30" });
    const { iat = 0, exp = 0 } = await verify(stdout, KEY);
    expect(exp - iat).toBe(30 * 86_400);
  });

  it("reads the key from .dev.vars, quoted or not, and lets the environment win", async () => {
    writeFileSync(join(folder, ".dev.vars"), `# local\nVAULT_KEYS=1:abc\nJWT_SECRET_KEY="${FILE_KEY}"\n`);
    await verify(run().stdout, FILE_KEY);
    await verify(run([], { JWT_SECRET_KEY: KEY }).stdout, KEY);
  });

  it.each([
    { what: "no key", args: [], environment: {}, says: "JWT_SECRET_KEY is missing" },
    { what: "a short key", args: [], environment: { JWT_SECRET_KEY: "short" }, says: "shorter than 32 bytes" },
    {
      what: "another algorithm",
      args: [],
      environment: { JWT_SECRET_KEY: KEY, JWT_ALGORITHM: "RS256" },
      says: "JWT_ALGORITHM RS256 is not supported",
    },
    { what: "no days", args: ["--days", "0"], environment: { JWT_SECRET_KEY: KEY }, says: "Days must be" },
    { what: "days in words", args: [], environment: { JWT_SECRET_KEY: KEY, JWT_EXPIRE_DAYS: "many" }, says: "many" },
    {
      what: "a scope of private data",
      args: ["--scope", "banking"],
      environment: { JWT_SECRET_KEY: KEY },
      says: "banking",
    },
    { what: "an unknown option", args: ["--role", "admin"], environment: { JWT_SECRET_KEY: KEY }, says: "--role" },
  ])("refuses $what with one sentence and prints no token", ({ args, environment, says }) => {
    const { status, stdout, stderr } = run(args, environment);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("explains itself", () => {
    const { status, stdout } = run(["--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("--scope");
  });
});
