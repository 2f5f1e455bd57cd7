import type { ConnectorIo } from "../../connector.ts";
import { malformedAnswer } from "../errors.ts";
import { text } from "../json.ts";
import { readJsonAnswer } from "../json-answer.ts";
import type { AzureEndpoints } from "./endpoints.ts";
import { tokenFailureOf } from "./failures.ts";

const NAME = "azure token";
/** A token is not used in its last minute, so that it does not expire on its way. */
const MARGIN_MS = 60_000;

/** A service principal's secrets, as the vault holds them. */
export interface AzureCredentials {
  tenant_id: string;
  client_id: string;
  client_secret: string;
}

/** The one token of an opened account, asked for when it is first needed and again before it expires. */
export interface TokenSource {
  read(): Promise<string>;
  /** Drops a token that Azure no longer takes. */
  forget(): void;
}

/** Tokens by client credentials (OAuth 2.0, RFC 6749, 4.4); throws as `CloudClient.send` does. */
export function openTokens(io: ConnectorIo, endpoints: AzureEndpoints, credentials: AzureCredentials): TokenSource {
  let held: Promise<string> | null = null;
  let expires_at = Infinity;
  const forget = () => {
    held = null;
  };
  return {
    forget,
    read() {
      if (held && io.now() < expires_at) return held;
      expires_at = Infinity;
      const asked = requestToken(io, endpoints, credentials).then((token) => {
        ({ expires_at } = token);
        return token.access_token;
      });
      asked.catch(forget);
      held = asked;
      return asked;
    },
  };
}

async function requestToken(
  io: ConnectorIo,
  { authority, token_scope }: AzureEndpoints,
  { tenant_id, client_id, client_secret }: AzureCredentials,
): Promise<{ access_token: string; expires_at: number }> {
  const url = `${authority}/${encodeURIComponent(tenant_id)}/oauth2/v2.0/token`;
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret, scope: token_scope });
  const asked_at = io.now();
  const answer = await readJsonAnswer(io, NAME, url, { method: "POST", headers: { Accept: "application/json" }, body });
  if (answer.status !== 200) throw tokenFailureOf(NAME, answer);
  const access_token = text(answer.body?.["access_token"]);
  const lifetime_seconds = Number(answer.body?.["expires_in"]);
  if (access_token === null || !Number.isFinite(lifetime_seconds)) throw malformedAnswer(NAME);
  return { access_token, expires_at: asked_at + lifetime_seconds * 1000 - MARGIN_MS };
}
