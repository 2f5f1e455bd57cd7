import { snakeCase } from "./json.ts";

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

/** The same names come again in every resource; this many are remembered. */
const REMEMBERED = 5000;
const verdicts = new Map<string, Verdict>();

interface Verdict {
  /** The name in small letters and digits only. */
  plain: string;
  /** Whether what stands under the name is a secret, in any spelling: `MasterUserPassword`, `api_key`, `ssh-keys`. */
  isSecret: boolean;
  /** Whether it tells about a secret rather than being one: `SecretArn`, `passwordLastUsed`. */
  isPublic: boolean;
}

/** What a name says about its value. */
export function judgeName(name: string): Verdict {
  const known = verdicts.get(name);
  if (known) return known;
  if (verdicts.size >= REMEMBERED) verdicts.clear();
  const verdict = judge(name);
  verdicts.set(name, verdict);
  return verdict;
}

function judge(name: string): Verdict {
  const words = snakeCase(name)
    .split(/[^a-z\d]+/)
    .filter(Boolean);
  const plain = words.join("");
  const isPublic = PUBLIC_ENDINGS.has(words.at(-1) ?? "") || PUBLIC_NAMES.has(plain);
  return { plain, isPublic, isSecret: !isPublic && saysSecret(words.map(singular)) };
}

const singular = (word: string) => (word.endsWith("ss") ? word : word.replace(/s$/, ""));

const saysSecret = (words: string[]) =>
  words.some((word, index) => WORDS.has(word) || PAIRS.has(word) || PAIRS.has(word + (words[index + 1] ?? "")));
