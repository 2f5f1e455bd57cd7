import { REDACTED } from "./artifact.ts";
import { judgeName } from "./secret-names.ts";

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const AUTHORIZATION = /^(Bearer|Basic|SharedAccessSignature) +(?=\S{16})\S.*$/i;
/** References to a secret are not the secret: ARNs, resource names of Google and Azure, Key Vault references. */
const REFERENCE = /^(arn:[\w-]*:[\w-]+:|projects\/[^/]+\/|\/subscriptions\/|@Microsoft\.KeyVault\()/i;
const PASSWORD_IN_URL = /(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s/?#:@]{0,300}):[^\s/?#@]{1,3000}@/gi;
const PARAMETER_OF_URL = /([?&#])([^=&#?\s]{1,100})=([^&#\s]+)/g;
/** Names of URL parameters that are secrets, besides those that are secrets anywhere. */
const SECRET_PARAMETERS = new Set(["key", "sig", "signature", "code", "auth", "hmac"]);
/** Addresses that whoever knows them can write to. */
const WEBHOOK =
  /^(https:\/\/(?:hooks\.slack\.com|(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks|[\w.-]+\.webhook\.office\.com|chat\.googleapis\.com))\/.+$/i;
const NAME_OF_PAIR = /^-{0,2}[\w.: -]{1,80}$/;

/** A secret text; the empty text and a truth value are none. */
export const hide = (text: string): string => (text === "" || /^(true|false)$/i.test(text) ? text : REDACTED);

/** Whether a text only says where a secret is kept. */
export const isReference = (text: string): boolean => REFERENCE.test(text);

/** The origin of an address; nothing of any other text. */
export const hidePath = (text: string): string => {
  const origin = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]+/i.exec(text)?.[0];
  return origin ? `${origin}/${REDACTED}` : hide(text);
};

/** The name of `NAME=value` or `Name: value`, without the value; a text without a value is only a name. */
export const hideValue = (text: string): string => text.replace(/^([^=:]*[=:]\s*).+$/s, `$1${REDACTED}`);

/**
 * A text without the secrets that its form gives away: private keys in PEM, authorization headers, passwords and
 * tokens in URLs, addresses of webhooks, and secret parts of connection strings and command lines (`--token=…`).
 */
export function redactText(text: string): string {
  if (PRIVATE_KEY.test(text)) return REDACTED;
  if (AUTHORIZATION.test(text)) return text.replace(AUTHORIZATION, `$1 ${REDACTED}`);
  const withoutUrls = text.includes("://") ? redactUrl(text) : text;
  return withoutUrls.includes("=") ? redactPairs(withoutUrls) : withoutUrls;
}

const redactUrl = (text: string): string =>
  text
    .replace(WEBHOOK, `$1/${REDACTED}`)
    .replaceAll(PASSWORD_IN_URL, `$1:${REDACTED}@`)
    .replaceAll(PARAMETER_OF_URL, (whole, mark: string, name: string) =>
      judgeName(name).isSecret || SECRET_PARAMETERS.has(name.toLowerCase()) ? `${mark}${name}=${REDACTED}` : whole,
    );

const redactPairs = (text: string): string => text.split(";").map(redactPair).join(";");

function redactPair(pair: string): string {
  const end = pair.indexOf("=");
  const name = pair.slice(0, end).trim();
  const isSecret = end > 0 && NAME_OF_PAIR.test(name) && judgeName(name).isSecret;
  return isSecret && pair.slice(end + 1).trim() !== "" ? `${pair.slice(0, end + 1)}${REDACTED}` : pair;
}
