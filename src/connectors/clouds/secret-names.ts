import { snakeCase } from "./json.ts";

/** A name without any of these is no secret's, which spares most names the work below. */
const HINT = /pass|pwd|secret|token|credential|authorization|key|data|script|string|auth|signature|value|body/i;

/** A word of a name, in the singular, that says that its value is a secret. */
const WORDS = new Set("password passwd pwd passphrase secret token credential authorization".split(" "));

/** Two words of a name that say so together. */
const PAIRS = new Set(
  [
    "access key, account key, api key, auth key, client key, host key, instrumentation key, license key, machine key",
    "master key, pairing key, private key, raw key, encrypted key, secret key, service key, shared key, signing key",
    "ssh key, storage key, authentication key, key data, user data, custom data, startup script, shutdown script",
    "connection string, access signature, master auth, header value",
  ].flatMap((line) => line.split(", ").map((pair) => pair.replace(" ", ""))),
);

/** Whole names that say so; a request's body is opaque to all other rules. */
const NAMES = new Set("body keydata userdata customdata".split(" "));

/** Last words of names that tell about a secret but do not hold it. */
const PUBLIC_ENDINGS = new Set(
  [
    "id ids arn arns name names email emails user username login account role domain path location region ref refs",
    "reference from source url urls uri uris endpoint endpoints status state type types kind version versions mode",
    "method format algorithm algorithms spec specs config configuration settings options policy policies provider",
    "manager certificate certificates fingerprint thumbprint scope scopes audience date time timestamp at used expires",
    "expiration expiry enabled disabled required allowed length seconds minutes days age count ttl size",
  ].flatMap((line) => line.split(" ")),
);

/** EC2's demand for session tokens, EKS' name of a key pair, Cloud Build's names of variables. */
const PUBLIC_NAMES = new Set(["httptokens", "ec2sshkey", "secretenv"]);

const wordsOf = (name: string) =>
  snakeCase(name)
    .split(/[^a-z\d]+/)
    .filter(Boolean);

const singular = (word: string) => (word.endsWith("ss") ? word : word.replace(/s$/, ""));

/** Whether the value of a name tells about a secret rather than being one: `SecretArn`, `passwordLastUsed`. */
export function isPublicName(name: string): boolean {
  const words = wordsOf(name);
  return PUBLIC_ENDINGS.has(words.at(-1) ?? "") || PUBLIC_NAMES.has(words.join(""));
}

/** Whether what stands under a name is a secret, in any spelling: `MasterUserPassword`, `api_key`, `ssh-keys`. */
export function isSecretName(name: string): boolean {
  if (!HINT.test(name) || isPublicName(name)) return false;
  const words = wordsOf(name).map(singular);
  return (
    NAMES.has(words.join("")) ||
    words.some((word, index) => WORDS.has(word) || PAIRS.has(word) || PAIRS.has(word + (words[index + 1] ?? "")))
  );
}
