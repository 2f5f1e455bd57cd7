import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendVars, missingVars, readVars, writeRunVars } from "../../src/cli/dev-vars.ts";
import { composeRunVars } from "../../src/cli/run-vars.ts";
import { createStateFolder } from "../support/catchment-process.ts";

let state: ReturnType<typeof createStateFolder>;
let file: string;

beforeEach(() => {
  state = createStateFolder();
  file = join(state.folder, ".dev.vars");
});

afterEach(() => state.remove());

describe(".dev.vars", () => {
  it("gets the keys it lacks and keeps every byte that stands in it", () => {
    const written =
      "# mine\nADMIN_PASSWORD='with # and $ signs'\nJWT_SECRET_KEY=0123456789012345678901234567890123456789";
    writeFileSync(file, written);

    appendVars(file, missingVars(readVars(file), {}));

    const text = readFileSync(file, "utf8");
    expect(text.startsWith(`${written}\n`)).toBe(true);
    expect(text.slice(written.length)).toMatch(
      /^\nVAULT_KEYS=1:\S+\nADMIN_EMAIL=\S+\nANONYMOUS_ACCESS=market-data,warehouse\nALLOW_PICKLE_PREVIEW=true\nDEFAULT_BANK=demo-bank\nALLOW_PRIVATE_HOSTS=127\.0\.0\.1:8200\nREGISTRATION=open\nCORS_ORIGINS=\*\nENVIRONMENT=local\nRECORDED_PROVIDERS=aws,azure,gcp\n$/,
    );
    expect(readVars(file).ADMIN_PASSWORD).toBe("with # and $ signs");
  });

  it("takes the admin and the vault's key from the environment of the first start, since stored data depend on them", () => {
    const environment = { ADMIN_EMAIL: "me@example.org", VAULT_KEYS: "7:abc", JWT_SECRET_KEY: "only for this run" };

    const missing = missingVars({}, environment);

    expect(missing).toMatchObject({ ADMIN_EMAIL: "me@example.org", VAULT_KEYS: "7:abc" });
    expect(missing.JWT_SECRET_KEY).toMatch(/^[\w-]{64}$/);
  });

  it("round-trips values that hold spaces, quotation marks and hashes", () => {
    const vars = {
      MAIL_FROM: `"Catch" <me@example.org> # it's me`,
      EXCHANGE_URLS: '{"binance":"http://127.0.0.1:1/b"}',
    };

    appendVars(file, vars);

    expect(readVars(file)).toEqual(vars);
  });

  it("hands dollar signs to wrangler escaped, because wrangler expands them", () => {
    writeRunVars(file, { ADMIN_PASSWORD: "pa$$HOME" });

    expect(readFileSync(file, "utf8")).toBe("ADMIN_PASSWORD='pa\\$\\$HOME'\n");
  });
});

describe("the vars of a run", () => {
  it("come from the environment before this run's own, those before the file, and that before fallbacks", () => {
    appendVars(file, { LOG_LEVEL: "ERROR", MAIL_FROM: "file@example.org", PUBLIC_URL: "https://file.example.org" });

    const { vars } = composeRunVars(
      file,
      { fallbacks: { PUBLIC_URL: "http://localhost:1" }, fixed: { SERVER_STARTED_AT: "5" } },
      { LOG_LEVEL: "DEBUG", HOME: "/not/a/setting" },
    );

    expect(vars).toMatchObject({
      LOG_LEVEL: "DEBUG",
      MAIL_FROM: "file@example.org",
      PUBLIC_URL: "https://file.example.org",
      SERVER_STARTED_AT: "5",
    });
    expect(vars).not.toHaveProperty("HOME");
  });
});
