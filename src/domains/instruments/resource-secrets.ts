import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError, unprocessable } from "../../errors.ts";
import { MASK } from "../../platform/audit/audit.ts";
import { readSecret } from "../../platform/credentials/secrets.ts";
import type { SecretIdentity } from "../../platform/credentials/vault.ts";

/** Which values of a resource are secret. */
export interface SecretPlace {
  /** Field whose value holds them; null where they are fields themselves. */
  field: string | null;
  keys: readonly string[];
}

export type Secrets = Record<string, string>;

const sealedSecrets = z.record(z.string(), z.string());

/** Where the secrets of a resource are in the vault, all in one. */
export const resourceSecret = (entity_type: string, id: string): SecretIdentity => ({
  owner: "instruments",
  purpose: entity_type,
  id: `${entity_type}:${id}`,
});

/** The stored secrets of a resource; none where it has none. Throws 503 when the vault does not open them. */
export async function readResourceSecrets(ctx: Context, entity_type: string, id: string): Promise<Secrets> {
  try {
    return sealedSecrets.parse(JSON.parse(await readSecret(ctx, resourceSecret(entity_type, id))));
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return {};
    throw error;
  }
}

/** Whether one of the values is a mask, which stands for a stored secret. */
export const hasMask = (fields: object, place: SecretPlace): boolean =>
  place.keys.some((key) => holderOf(fields, place)?.[key] === MASK);

/** The fields with the stored secrets in the place of masks. Throws 422 for a mask that nothing is stored for. */
export function unmask<Fields extends object>(fields: Fields, place: SecretPlace, stored: Secrets): Fields {
  return mapSecrets(fields, place, (value, key) => {
    if (value !== MASK) return value;
    const secret = stored[key];
    if (secret === undefined)
      throw unprocessable([{ field: nameOf(place, key), message: "there is no stored secret to keep" }]);
    return secret;
  });
}

/** The fields with masks in the place of secrets, and the secrets. */
export function mask<Fields extends object>(fields: Fields, place: SecretPlace): { masked: Fields; secrets: Secrets } {
  const secrets: Secrets = {};
  const masked = mapSecrets(fields, place, (value, key) => {
    secrets[key] = value;
    return MASK;
  });
  return { masked, secrets };
}

const nameOf = ({ field }: SecretPlace, key: string) => (field === null ? key : `${field}.${key}`);

function holderOf(fields: object, { field }: SecretPlace): Record<string, unknown> | null {
  const holder: unknown = field === null ? fields : Reflect.get(fields, field);
  return typeof holder === "object" && holder !== null ? { ...holder } : null;
}

/** Replaces the secrets that are there; an empty text is none. */
function mapSecrets<Fields extends object>(
  fields: Fields,
  place: SecretPlace,
  replace: (value: string, key: string) => string,
): Fields {
  const holder = holderOf(fields, place);
  if (!holder) return fields;
  const replaced = place.keys.flatMap((key) => {
    const value = holder[key];
    return typeof value === "string" && value !== "" ? [[key, replace(value, key)]] : [];
  });
  const changed = { ...holder, ...Object.fromEntries(replaced) };
  return place.field === null ? { ...fields, ...changed } : { ...fields, [place.field]: changed };
}
