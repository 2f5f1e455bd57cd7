import { type Command, Option } from "commander";
import { dataOrThrow, type Schemas } from "../../client/client.ts";
import { note, printJson, printLine, printTable } from "../catchment/output.ts";
import { readCount } from "../catchment/read-options.ts";
import { openSession } from "../catchment/session.ts";

const SCOPES = [
  ...(["market-data", "inventory", "warehouse"] as const).flatMap(
    (domain) => [domain, `${domain}:read`, `${domain}:write`] as const,
  ),
  "metrics" as const,
];

interface CreateOptions {
  scope: Schemas["NewApiToken"]["scope"];
  days: number;
}

/** `token create|list|revoke`: static tokens for scripts, for admins. */
export function addTokenCommands(program: Command): void {
  const token = program.command("token").description("static tokens for scripts, for admins");
  token
    .command("create")
    .description("make a token, and print it this once")
    .argument("<name>", "what it is for")
    .addOption(new Option("--scope <names...>", "what it may do").choices(SCOPES).makeOptionMandatory())
    .option("--days <count>", "days until it expires", readCount, 365)
    .addHelpText(
      "after",
      `
Only the token goes to stdout, so that it can be kept: CATCHMENT_TOKEN takes it.

Example:
  catchment token create "nightly inventory" --scope inventory metrics --days 90 > token`,
    )
    .action(createToken);
  token
    .command("list")
    .description("list the tokens, without the tokens themselves")
    .option("--limit <count>", "at most so many", readCount, 50)
    .addHelpText("after", "\nExample:\n  catchment token list")
    .action(listTokens);
  token
    .command("revoke")
    .description("end a token")
    .argument("<id>", "as token list shows it")
    .addHelpText("after", "\nExample:\n  catchment token revoke 8a3a0c52-6f0b-4a57-9e52-5d3a1c5b7c11")
    .action(revokeToken);
}

async function createToken(name: string, { scope, days }: CreateOptions, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const made = await dataOrThrow(client.POST("/admin/tokens", { body: { name, scope, days } }));
  if (json) return printJson(made);
  note(`Token ${made.id} for ${made.scope.join(", ")}, until ${made.expires_at}; it is shown this once.`);
  printLine(made.token);
}

async function listTokens({ limit }: { limit: number }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const page = await dataOrThrow(client.GET("/admin/tokens", { params: { query: { limit } } }));
  if (json) return printJson(page);
  printTable(
    ["id", "name", "scope", "expires", "revoked"],
    page.tokens.map(({ id, name, scope, expires_at, revoked_at }) => [
      ...[id, name, scope.join(","), expires_at, revoked_at],
    ]),
  );
}

async function revokeToken(id: string, _options: object, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  await dataOrThrow(client.DELETE("/admin/tokens/{id}", { params: { path: { id } } }));
  if (json) return printJson({ id });
  printLine(`The token ${id} is revoked.`);
}
