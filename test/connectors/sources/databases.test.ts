import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, test } from "vitest";
import { mysql, postgres } from "../../../src/connectors/sources/databases.ts";
import type { OpenSource, SourceIo } from "../../../src/connectors/sources/source.ts";
import { createContext } from "../../../src/context.ts";
import { connectTcp } from "../../../src/platform/outbound/connect.ts";
import { createTables } from "../../support/create-tables.ts";
import { failureOf } from "./exchanges.ts";

beforeEach(createTables);

const context = (ALLOW_PRIVATE_HOSTS: string[]) => {
  const ctx = createContext(env, createExecutionContext());
  return { ...ctx, config: { ...ctx.config, ALLOW_PRIVATE_HOSTS } };
};

/** A source whose address is the secret `DATABASE_URL`. */
function open(type: "postgres" | "mysql", address: string, { allowed = [], ...config }: Record<string, unknown> = {}) {
  const ctx = context(allowed as string[]);
  const io: SourceIo = {
    fetch: ctx.fetch,
    now: ctx.now,
    secret: async () => address,
    connect: (target, transport) => connectTcp(ctx, target, transport),
    hyperdrive: () => {
      throw new Error("nobody expected a binding");
    },
  };
  const given = { credentials_env: "DATABASE_URL", ...config };
  const opened: OpenSource | undefined =
    type === "postgres"
      ? postgres.open?.(postgres.config.parse(given), io)
      : mysql.open?.(mysql.config.parse(given), io);
  if (!opened) throw new Error(`${type} cannot be opened`);
  return opened;
}

describe.each([
  ["postgres", "postgresql", 5432],
  ["mysql", "mysql", 3306],
] as const)("a %s source", (type, scheme, port) => {
  test.each([
    "",
    "s3cret",
    "https://user:s3cret@example.com",
    "file:///etc",
    `${scheme}://example.com`,
    `${scheme}://a:%s3@b`,
  ])("refuses %j as an address without showing it", async (address) => {
    const failure = await failureOf(open(type, address).check());
    expect(failure).toMatchObject({
      status: 422,
      message: `DATABASE_URL: is not an address such as ${scheme}://user:password@host:${port}/database`,
    });
  });

  test.each(["127.0.0.1", "localhost", "10.1.2.3", "[::1]", "2130706433", "169.254.169.254", "db.internal", "db"])(
    "does not reach the private host %s",
    async (host) => {
      const failure = await failureOf(open(type, `${scheme}://user:s3cret@${host}/shop`).check());
      expect(failure).toMatchObject({
        status: 422,
        message: "host: is a private address; ALLOW_PRIVATE_HOSTS can permit it",
      });
    },
  );

  it("has no plain connection to a public host", async () => {
    const source = open(type, `${scheme}://user:s3cret@93.184.215.14/shop`, { sslmode: "disable" });
    expect(await failureOf(source.check())).toMatchObject({
      status: 422,
      message: "host: is not reached without TLS; ALLOW_PRIVATE_HOSTS can permit it",
    });
  });

  it("may be tried again when nobody answers at a permitted host", async () => {
    const source = open(type, `${scheme}://user:s3cret@127.0.0.1:9/shop`, { allowed: ["127.0.0.1:9"] });
    expect(await failureOf(source.check())).toMatchObject({
      status: 502,
      message: "127.0.0.1:9 could not be reached",
      retry_after: 1,
    });
  });
});

describe("a config", () => {
  it("names an address or a Hyperdrive binding", () => {
    expect(postgres.config.safeParse({}).error?.issues).toMatchObject([
      { path: ["credentials_env"], message: "is missing, and there is no hyperdrive_binding" },
    ]);
    expect(mysql.config.parse({ hyperdrive_binding: "SHOP_DATABASE" })).toEqual({
      hyperdrive_binding: "SHOP_DATABASE",
      sslmode: "require",
    });
    expect(postgres.config.parse({ credentials_env: "SHOP_URL" })).toEqual({
      credentials_env: "SHOP_URL",
      schema: "public",
      sslmode: "require",
    });
  });
});
