import type { Command } from "commander";
import { ApiError } from "../../client/api-error.ts";
import { createClient, dataOrThrow } from "../../client/client.ts";
import { CommandError, exitCodes } from "../catchment/command-error.ts";
import { printJson, printLine } from "../catchment/output.ts";
import { askFor, askForSecret, readPipedSecret } from "../catchment/questions.ts";
import { openSession } from "../catchment/session.ts";
import { forgetLogin, storeLogin } from "../catchment/stored-login.ts";

interface LoginOptions {
  email?: string;
  passwordStdin?: boolean;
}

/** `login` and `logout`. */
export function addLoginCommands(program: Command): void {
  program
    .command("login")
    .description("sign in by e-mail address and password, and store the token")
    .option("--email <address>", "instead of being asked for it")
    .option("--password-stdin", "read the password from a pipe instead of asking for it")
    .addHelpText(
      "after",
      `
The token is stored for its owner only, in $XDG_CONFIG_HOME/catchment/config.json, else ~/.config/catchment/config.json.

Examples:
  catchment login --url http://localhost:8000
  pass catchment | catchment login --email me@example.org --password-stdin`,
    )
    .action(logIn);
  program
    .command("logout")
    .description("forget the stored login")
    .option("--everywhere", "end every session of the account, too")
    .addHelpText(
      "after",
      `
Examples:
  catchment logout
  catchment logout --everywhere`,
    )
    .action(logOut);
}

async function logIn(options: LoginOptions, command: Command): Promise<void> {
  const { url, json } = openSession(command);
  const email = options.email ?? (await askFor("E-mail address"));
  const password = options.passwordStdin ? await readPipedSecret() : await askForSecret("Password");
  const login = createClient({ baseUrl: url }).POST("/user/login", { body: { email, password } });
  const { access_token: token } = await dataOrThrow(login).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw new CommandError(exitCodes.refused, `${url} does not know this address and password: try again.`);
  });
  const path = storeLogin(process.env, { url, email, token });
  if (json) return printJson({ url, email, path });
  printLine(`Signed in to ${url} as ${email}; the token is in ${path}.`);
}

async function logOut({ everywhere = false }: { everywhere?: boolean }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  if (everywhere) await dataOrThrow(client.POST("/auth/jwt/logout"));
  forgetLogin(process.env);
  if (json) return printJson({ everywhere });
  printLine(everywhere ? "Signed out, here and everywhere else." : "The stored login is gone.");
}
