import type { Command } from "commander";
import { type CatchmentClient, createClient } from "../../client/client.ts";
import { wrongUsage } from "./command-error.ts";
import { readLogin } from "./stored-login.ts";

const DEFAULT_URL = "http://localhost:8000";

/** Whom a command talks to, and as whom. */
export interface Session {
  /** Without a slash at its end. */
  url: string;
  token: string | undefined;
  client: CatchmentClient;
  /** Whether one JSON document is wanted. */
  json: boolean;
}

interface GlobalOptions {
  url?: string;
  token?: string;
  json?: boolean;
}

/**
 * Opens the session that a command's options, the environment and the stored login say, in this order. A stored token is
 * for the server that gave it, and goes to no other.
 */
export function openSession(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const stored = readLogin(process.env);
  const url = readUrl(options.url ?? process.env.CATCHMENT_URL ?? stored?.url ?? DEFAULT_URL);
  const token = options.token ?? process.env.CATCHMENT_TOKEN ?? (stored?.url === url ? stored.token : undefined);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) throw wrongUsage("That is no token.");
  return {
    url,
    token,
    client: createClient({ baseUrl: url, ...(token !== undefined && { token }) }),
    json: options.json ?? false,
  };
}

/** An address as it is kept; throws for what is none, or holds a password. */
function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrongUsage(`"${text}" is no address: it starts with http:// or https://.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw wrongUsage("An address is no place for a password: run catchment login.");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
