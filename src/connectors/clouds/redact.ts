import { REDACTED } from "./artifact.ts";
import { isItem, type Item, text } from "./json.ts";
import { judgeName } from "./secret-names.ts";
import { hide, hidePath, hideValue, isReference, redactText } from "./secret-texts.ts";
import type { Found } from "./service.ts";

/** Names, in small letters and digits only, of maps and lists whose every value may be a secret. */
const SETTINGS = new Set([
  ..."environment environmentvariables runtimeenvironmentvariables buildenvironmentvariables env envvars".split(" "),
  ..."variables stagevariableoverrides appsettings headers customrequestheaders metadata".split(" "),
  "commoninstancemetadata",
]);
/** Of these, what else they may be, such as the environment of a Dataflow job, has more than texts in it. */
const ONLY_WHEN_FLAT = new Set(["environment", "metadata"]);

/** Names of what says who may do what: the names in it are those of permissions. */
const PERMISSIONS = new Set(["bindings", "permissions"]);

/** Members of an object that only says which secret of Secret Manager is meant. */
const SECRET_REFERENCE = new Set("secret version versions items defaultMode key projectId mountPath".split(" "));

/**
 * A resource without its secrets: each is replaced by `[redacted]`, in `configuration`, `raw` and `labels`. What is a
 * secret is told by the names above it and by its own form. Names of variables, ids, ARNs, truth values, references to
 * secrets and policy documents stay.
 */
export const redact = <T extends Pick<Found, "configuration" | "raw" | "labels">>(found: T): T => ({
  ...found,
  configuration: redactMembers(found.configuration),
  raw: redactMembers(found.raw),
  labels: Object.fromEntries(
    Object.entries(found.labels).map(([name, value]) => [name, String(redactMember({}, name, value))]),
  ),
});

const redactMembers = (item: Item): Item =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, redactMember(item, name, value)]));

function redactMember(item: Item, name: string, value: unknown): unknown {
  const { plain, isSecret } = judgeName(name);
  if (PERMISSIONS.has(plain)) return value;
  // The metadata of a metric's descriptor is how often it is sampled, not what somebody wrote.
  const isSetting = SETTINGS.has(plain) && typeof value === "object" && !("metricKind" in item);
  if (isSetting) return redactSettings(plain, value);
  if (isSecret || (plain === "value" && judgeName(nameOfPair(item)).isSecret)) return hideAll(name, value);
  if (plain === "body" && typeof value === "string") return hide(value);
  if (plain.includes("webhook") && typeof value === "string") return hidePath(value);
  return redactValue(value);
}

const nameOfPair = ({ name, Name, key, Key }: Item): string => text(name ?? Name ?? key ?? Key) ?? "";

function redactValue(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (!isItem(value) || isPolicyDocument(value) || namesSecret(value)) return value;
  return redactMembers(value);
}

/** Everything below a secret's name; only what tells about the secret stays. */
function hideAll(name: string, value: unknown): unknown {
  if (typeof value === "string") {
    return judgeName(name).isPublic || isReference(value) ? redactText(value) : hide(value);
  }
  if (typeof value === "number") return judgeName(name).isPublic ? value : REDACTED;
  if (Array.isArray(value)) return value.map((entry) => hideAll(name, entry));
  if (!isItem(value) || namesSecret(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, hideAll(key, entry)]));
}

/** Variables, headers and metadata as a map, as `{ name, value }` or as `NAME=value`: the values go, the names stay. */
function redactSettings(plain: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactSetting);
  if (!isItem(value)) return value;
  if (plain.endsWith("metadata") && ("fingerprint" in value || Array.isArray(value["items"]))) {
    const entries = value["items"];
    return { ...redactMembers(value), ...(Array.isArray(entries) && { items: entries.map(redactSetting) }) };
  }
  const isFlat = Object.values(value).every((entry) => !isItem(entry) && !Array.isArray(entry));
  if (ONLY_WHEN_FLAT.has(plain) && !isFlat) return redactMembers(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      typeof entry === "string" ? hide(entry) : redactMember(value, name, entry),
    ]),
  );
}

function redactSetting(entry: unknown): unknown {
  if (typeof entry === "string") return hideValue(entry);
  if (!isItem(entry)) return redactValue(entry);
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => [
      name,
      /^(header)?value$/i.test(name) && typeof value === "string" ? hide(value) : redactMember(entry, name, value),
    ]),
  );
}

/** AWS' policies; conditions in them compare with tags and keys of any name. */
const isPolicyDocument = (value: Item): boolean => "Statement" in value;

const namesSecret = (value: Item): boolean =>
  typeof value["secret"] === "string" &&
  Object.keys(value).length > 1 &&
  Object.keys(value).every((key) => SECRET_REFERENCE.has(key));
