import { z } from "zod";
import { unavailable } from "./errors.ts";

const DOMAINS = ["banking", "instruments", "market-data", "inventory", "warehouse"] as const;

/** The five kinds of upstream; each is one API document and one folder under `domains/`. */
export const domainNames = z.enum(DOMAINS);
export type DomainName = z.infer<typeof domainNames>;

const flag = (fallback: boolean) =>
  z
    .enum(["true", "false", "1", "0", ""])
    .default(fallback ? "true" : "false")
    .transform((text) => text === "true" || text === "1");

const wholeNumber = (fallback: number) => z.coerce.number().int().nonnegative().default(fallback);

/** A period or limit that is at least 1: an empty value is 0, which would purge or refuse everything. */
const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const list = <T extends z.ZodType<string, string>>(item: T, fallback = "") =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));

const PROVIDERS = z.enum(["aws", "azure", "gcp"]);

const url = z.union([z.literal(""), z.url()]).default("");

const secret = z.string().default("").meta({ secret: true });

const urlMap = z
  .string()
  .default("{}")
  .transform((text, issue) => {
    try {
      return JSON.parse(text === "" ? "{}" : text) as unknown;
    } catch {
      issue.addIssue({ code: "custom", message: "must be a JSON object of id to base URL" });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.url()));

/**
 * Every key the Worker reads from its vars and secrets, with its default; `.describe` is the line in
 * the README's configuration table. Secrets carry `secret: true` and are never printed.
 */
export const configSchema = z.object({
  JWT_SECRET_KEY: z
    .string()
    .default("")
    .meta({ secret: true })
    .describe(
      "Signs tokens: at least 32 bytes. A second value after a comma is accepted for verification only, so that keys rotate.",
    ),
  VAULT_KEYS: z
    .string()
    .default("")
    .meta({ secret: true })
    .describe(
      "Keys of the credential vault as `version:base64 of 32 bytes`, comma separated; the first seals, all open.",
    ),
  ADMIN_EMAIL: z.string().default("").describe("E-mail address of the first admin, created when there is none."),
  ADMIN_PASSWORD: z
    .string()
    .default("")
    .meta({ secret: true })
    .describe("Password of the first admin; changing it later changes nothing."),
  ANONYMOUS_ACCESS: list(domainNames).describe(
    "Domains that answer without a token, comma separated. Empty in production.",
  ),
  REGISTRATION: z
    .enum(["open", "closed"])
    .default("closed")
    .describe("Whether strangers may register, or an admin invites."),
  CORS_ORIGINS: list(z.string()).describe(
    "Origins that browsers may call from, comma separated; `*` for all (then without credentials).",
  ),
  LOG_LEVEL: z
    .enum(["DEBUG", "INFO", "WARNING", "ERROR"])
    .default("INFO")
    .describe("The least level that is logged; DEBUG adds one line per upstream call."),
  JWT_EXPIRE_SECONDS: wholeNumber(3600).describe("Lifetime of a user's access token, in seconds."),
  LOGIN_RATE_LIMIT: wholeNumber(10).describe(
    "Logins, registrations, password mails and one-time codes a minute per client address and door; 0 switches the limit off.",
  ),
  INVENTORY_RATE_LIMIT: wholeNumber(100).describe(
    "Requests a minute per client address on the inventory routes; 0 switches the limit off.",
  ),
  WEBHOOK_RATE_LIMIT: wholeNumber(10).describe(
    "Tests and replays of webhooks a minute per client address; 0 switches the limit off.",
  ),
  METRICS_ENABLED: flag(true).describe("Whether `/metrics` answers."),
  MAIL_API_URL: z
    .string()
    .default("")
    .describe("URL of an HTTP mail API that takes a JSON message by POST; empty prints links on the local console."),
  MAIL_API_TOKEN: z.string().default("").meta({ secret: true }).describe("Bearer token for the mail API."),
  MAIL_FROM: z.string().default("catchment@localhost").describe("Sender of mails."),
  PUBLIC_URL: z
    .string()
    .default("http://localhost:8000")
    .describe("Address under which people reach this deployment; used in mailed links."),
  ALLOW_PRIVATE_HOSTS: list(z.string()).describe(
    "Private hosts or networks that user-given URLs may reach, as `host`, `host:port` or CIDR.",
  ),
  EXCHANGE_URLS: urlMap.describe(
    "JSON object of exchange id to base URL: replaces scheme and host of that exchange's URLs, the path stays.",
  ),
  EXCHANGE_CACHE_SECONDS: wholeNumber(3600).describe(
    "Age after which an exchange's list of markets is read again, in seconds.",
  ),
  UPLOAD_LIMIT_BYTES: wholeNumber(5 * 1024 ** 3).describe(
    "Largest body of an upload, and largest file sent in parts, in bytes; the plan of a zone may allow less.",
  ),
  DAV_MAX_BYTES: wholeNumber(95_000_000).describe(
    "Largest file that is delivered under `/dav`, in bytes; Cloudflare's free and pro plans take bodies of 100 MB.",
  ),
  AUTO_AGGREGATE: flag(false).describe(
    "Whether every finished download or file of minutes brings their 5m, 15m, 1h, 4h and 1d aggregates up to date.",
  ),
  ENABLED_PROVIDERS: list(PROVIDERS, "aws,azure,gcp").describe("Clouds whose inventory may be extracted."),
  RECORDED_PROVIDERS: list(PROVIDERS).describe(
    "Clouds that answer from a recording where there are no credentials, so that there is something to try; only where `ENVIRONMENT` is `local`.",
  ),
  AWS_ACCESS_KEY_ID: z.string().default("").describe("Access key of an AWS account, when it is not in the vault."),
  AWS_SECRET_ACCESS_KEY: secret.describe("Its secret."),
  AWS_SESSION_TOKEN: secret.describe("Its session token, when it is a temporary one."),
  AWS_ROLE_ARNS: list(z.string()).describe("Roles that this key assumes, one for each further AWS account."),
  AWS_EXTERNAL_ID: secret.describe("External id that these roles ask for."),
  AZURE_TENANT_ID: z.string().default("").describe("Directory of an Azure application, when it is not in the vault."),
  AZURE_CLIENT_ID: z.string().default("").describe("Its application id."),
  AZURE_CLIENT_SECRET: secret.describe("Its secret."),
  AZURE_SUBSCRIPTION_IDS: list(z.string()).describe("Subscriptions that it reads."),
  GCP_SERVICE_ACCOUNT: secret.describe("JSON key of a Google service account, when it is not in the vault."),
  GCP_PROJECT_IDS: list(z.string()).describe("Projects that it reads; its own when empty."),
  AWS_ENDPOINT_URL: url.describe(
    "Replaces scheme and host of every AWS endpoint; region and service stay in the signature.",
  ),
  AZURE_ENDPOINT_URL: url.describe("Replaces `https://management.azure.com`, for sovereign clouds and proxies."),
  AZURE_AUTHORITY_URL: url.describe("Replaces `https://login.microsoftonline.com`."),
  GCP_ENDPOINT_URL: url.describe("Base URL before Google's hosts: `{base}/pubsub.googleapis.com/v1/…`."),
  INVENTORY_TRANSPORT: z
    .enum(["filesystem", "http", "null", "console"])
    .default("filesystem")
    .describe("Where artifacts go: files in the lake under `file_collector/`, an HTTP endpoint, nowhere, or the log."),
  INVENTORY_TRANSPORT_URL: url.describe("Endpoint of the `http` transport; it takes one artifact as JSON by POST."),
  INVENTORY_TRANSPORT_TOKEN: secret.describe("Bearer token for it."),
  INVENTORY_REDACT_SECRETS: flag(true).describe(
    "Whether secrets in what a cloud answers are replaced by `[redacted]`.",
  ),
  BANK_QUOTA_BYTES: wholeNumber(5 * 1024 ** 3).describe("What a person's own files may have in all, in bytes."),
  USER_QUOTA_BYTES: positive(50 * 1024 ** 3).describe(
    "What one user or token may have stored in the lake in all, in bytes; what instruments deliver is nobody's. Admins have no limit for one user.",
  ),
  USER_JOB_LIMIT: positive(5000).describe("Jobs that one user or token may have waiting or running."),
  JOB_LIMIT: positive(20_000).describe("Jobs that may wait or run in all."),
  USER_SOURCE_LIMIT: positive(200).describe("Sources that one user or token may have in the warehouse."),
  SOURCE_LIMIT: positive(1000).describe("Sources that there may be in all."),
  USER_SOCKET_LIMIT: positive(100).describe(
    "Sockets and streams of events that one user or token may have open; without a token, one client address.",
  ),
  USER_WEBHOOK_LIMIT: positive(20).describe("Webhooks that one user may have."),
  ALERT_WEBHOOK_URL: url.describe(
    "Receiver of what operators want to know: failed jobs, missed schedules, hosts that rest, damaged files, full storage; empty for none.",
  ),
  ALERT_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^(whsec_[A-Za-z0-9+/]{32,88}={0,2}(,whsec_[A-Za-z0-9+/]{32,88}={0,2})?)?$/,
      "must be whsec_ and 24 to 64 bytes in base64, once or twice",
    )
    .default("")
    .meta({ secret: true })
    .describe(
      "Signs what is sent there (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. A second value after a comma signs, too, so that keys rotate.",
    ),
  STORAGE_ALERT_PERCENT: positive(80).describe(
    "Share of `USER_QUOTA_BYTES` or `STORAGE_LIMIT_BYTES` that is warned of, in percent.",
  ),
  STORAGE_LIMIT_BYTES: wholeNumber(0).describe(
    "What the lake should hold at most, in bytes: nothing is refused beyond it, only warned of before; 0 for no such limit.",
  ),
  IDENTITY_PROVIDER: z
    .enum(["embedded", "firebase"])
    .default("embedded")
    .describe("Who keeps people's passwords: this deployment, or Firebase Authentication."),
  FIREBASE_PROJECT_ID: z.string().default("").describe("Project whose ID tokens are accepted."),
  FIREBASE_API_KEY: secret.describe("Web API key of that project."),
  FIREBASE_SERVICE_ACCOUNT: secret.describe(
    "JSON key of a service account that may manage the project's users; without it nobody can be deleted.",
  ),
  IDENTITY_TOOLKIT_URL: url.describe("Replaces `https://identitytoolkit.googleapis.com`."),
  SECURE_TOKEN_URL: url.describe("Replaces `https://securetoken.googleapis.com`."),
  FIREBASE_KEYS_URL: url.describe("Replaces the address of the keys that sign Firebase's ID tokens."),
  FIREBASE_AUTH_EMULATOR_HOST: z
    .string()
    .default("")
    .describe("`host:port` of the Firebase emulator, whose tokens are unsigned; only where `ENVIRONMENT` is `local`."),
  JOB_HOUR: z.coerce.number().int().min(0).max(23).default(18).describe("Hour of the daily collection."),
  JOB_MINUTE: z.coerce.number().int().min(0).max(59).default(0).describe("Its minute."),
  JOB_TIME_ZONE: z
    .string()
    .default("UTC")
    .refine(isTimeZone, "is no IANA time zone")
    .describe("IANA time zone of both."),
  DEFAULT_BANK: z.string().default("erste-netbroker").describe("Bank of a stored login that names none."),
  BROWSER_RENDERING: flag(true).describe(
    "Whether the browser binding may be used; `npm start` switches it on with `--browser` only.",
  ),
  BANK_URLS: urlMap.describe("JSON object of bank id to base URL, instead of the bank's own."),
  UNREGISTER_DELETION_DAYS: wholeNumber(60).describe("Days from unregistering until all data of a person are deleted."),
  ALLOW_PICKLE_PREVIEW: flag(false).describe("Whether pickles are previewed and plotted; nothing of them is ever run."),
  PICKLE_MAX_BYTES: wholeNumber(32 * 1024 ** 2).describe("Size above which a pickle is not read, in bytes."),
  ARK_NAAN: z
    .string()
    .regex(/^[0-9bcdfghjkmnpqrstvwxz]{5,16}$/)
    .default("99999")
    .describe("Name assigning authority of the ARKs that files get; `99999` is for tests."),
  ARK_SHOULDER: z
    .string()
    .regex(/^[a-z0-9]{0,16}$/)
    .default("fk4")
    .describe("What the names of these ARKs start with."),
  DATACITE_URL: z.url().default("https://api.datacite.org").describe("DataCite's REST API, where DOIs are registered."),
  DATACITE_REPOSITORY_ID: z.string().default("").describe("Repository account that registers them."),
  DATACITE_PASSWORD: secret.describe("Its password."),
  DATACITE_PREFIX: z
    .string()
    .regex(/^(10\.\d{4,9})?$/)
    .default("")
    .describe("Prefix of these DOIs, such as `10.5072`; empty registers none."),
  DATACITE_PUBLISHER: z.string().min(1).default("Catchment").describe("Publisher that these DOIs name."),
  JOB_RETENTION_DAYS: positive(90).describe(
    "Days after which ended jobs are purged; an extraction stays as long as its artifacts.",
  ),
  EVENT_RETENTION_DAYS: positive(90).describe(
    "Days after which events can be replayed no more; of each topic the last 1,000 are kept.",
  ),
  WEBHOOK_RETENTION_DAYS: positive(90).describe(
    "Days for which what webhooks were told is kept, and can be sent again.",
  ),
  ACTIVITY_RETENTION_DAYS: positive(30).describe("Days after which lines of the warehouse's activity log go."),
  ARTIFACT_RETENTION_DAYS: positive(30).describe(
    "Days for which the artifacts of an extraction are kept; those of the last complete one and the latest state of each resource stay.",
  ),
  EXPORT_RETENTION_DAYS: positive(7).describe("Days for which an exported file can be downloaded."),
  IDEMPOTENCY_RETENTION_HOURS: positive(24).describe(
    "Hours for which an `Idempotency-Key` gets its first answer again.",
  ),
  UPLOAD_RETENTION_HOURS: positive(24).describe(
    "Hours after which an upload in parts that nobody has touched is given up.",
  ),
  FSCK_SAMPLE_BYTES: wholeNumber(256 * 1024 ** 2).describe(
    "What a check of the storage reads of the lake to compare it with its checksums, in bytes; larger files are passed over.",
  ),
  AUDIT_RETENTION_DAYS: positive(400).describe("Days after which entries of the audit go, the oldest first."),
  CODE_RETENTION_MINUTES: positive(10).describe("Minutes after which a one-time code that no run has taken goes."),
  WAREHOUSE_LIMIT_GB: wholeNumber(10).describe("Size at which the warehouse's database is full; D1 has 10 GB."),
  DBT_LOCK_WAIT_SECONDS: wholeNumber(300).describe(
    "Time for which a run of dbt models that is asked for waits for the one under way, in seconds; then it is refused.",
  ),
  ORGANIZATION: z.string().default("").describe("Name of the organization, as the warehouse's configuration shows it."),
  PROJECT_NAME: z
    .string()
    .default("catchment")
    .describe("Name of the project, as the warehouse's configuration shows it."),
  METABASE_URL: url.describe(
    "Metabase whose pages are proxied under `/metabase`, which its setting `site-url` has to end in; empty for none.",
  ),
  METABASE_DATABASE_ID: wholeNumber(0).describe("Id that Metabase has for the warehouse; 0 for none."),
  JOB_SLICE_SECONDS: wholeNumber(20).describe(
    "Wall time after which a job ends its slice and goes on in a fresh message, in seconds.",
  ),
  ENVIRONMENT: z
    .enum(["local", "production"])
    .default("production")
    .describe("`local` under `npm start`: mail links go to the console and the server answers only to localhost."),
  SERVER_STARTED_AT: wholeNumber(0).describe(
    "Set by `npm start`, in milliseconds: leases taken before it belong to a process that is gone.",
  ),
});

export type Config = z.infer<typeof configSchema>;

/** Whether a text names a time zone of the IANA database, which an offset from UTC does not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What keys must be together. */
const soundSchema = configSchema
  .refine(
    // A recording must never pass for somebody's own clouds.
    ({ ENVIRONMENT, RECORDED_PROVIDERS }) => ENVIRONMENT === "local" || RECORDED_PROVIDERS.length === 0,
    { path: ["RECORDED_PROVIDERS"], error: "must be empty unless ENVIRONMENT is local" },
  )
  .refine(
    // Whoever can write an unsigned token would be anybody.
    ({ ENVIRONMENT, FIREBASE_AUTH_EMULATOR_HOST }) => ENVIRONMENT === "local" || FIREBASE_AUTH_EMULATOR_HOST === "",
    { path: ["FIREBASE_AUTH_EMULATOR_HOST"], error: "must be empty unless ENVIRONMENT is local" },
  )
  .refine(({ ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET }) => ALERT_WEBHOOK_URL === "" || ALERT_WEBHOOK_SECRET !== "", {
    path: ["ALERT_WEBHOOK_SECRET"],
    error: "must be set where ALERT_WEBHOOK_URL is",
  });

const parsed = new WeakMap<object, Config>();

/** Reads vars and secrets once per isolate; throws naming every key that is wrong. */
export function readConfig(env: object): Config {
  const known = parsed.get(env);
  if (known) return known;
  const result = soundSchema.safeParse(env);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw unavailable(`Configuration is wrong: ${issues.join("; ")}`);
  }
  parsed.set(env, result.data);
  return result.data;
}

/** A text among vars and secrets whose name is none of the platform's keys, for what users name by themselves. */
export function readForeignVariable(env: object, name: string): string | undefined {
  if (isPlatformKey(name)) return undefined;
  const value: unknown = Reflect.get(env, name);
  return typeof value === "string" ? value : undefined;
}

/** Whether a name is a key of the platform's own configuration, in whatever case. */
export const isPlatformKey = (name: string): boolean => Object.hasOwn(configSchema.shape, name.toUpperCase());
