import type { Context } from "../../context.ts";
import { upsertCredential } from "../../platform/credentials/credentials.store.ts";
import type { Resource } from "./resource.ts";
import type { ManagedRow } from "./resource.store.ts";
import { hasMask, mask, readResourceSecrets, resourceSecret, unmask } from "./resource-secrets.ts";

/** Checks the fields, and parts them into columns and what the vault keeps. */
export async function prepareResource<Row extends ManagedRow, Fields extends object>(
  ctx: Context,
  resource: Resource<Row, Fields>,
  id: string,
  given: Fields,
) {
  const { entity_type, secrets: placeOf = () => null } = resource;
  const givenPlace = placeOf(given);
  const isKept = givenPlace !== null && hasMask(given, givenPlace);
  const stored = isKept ? await readResourceSecrets(ctx, entity_type, id) : {};
  const open = isKept ? unmask(given, givenPlace, stored) : given;
  const checked = resource.check ? await resource.check(ctx, open) : open;
  const place = placeOf(checked);
  const { masked, secrets } = place ? mask(checked, place) : { masked: checked, secrets: {} };
  const columns = resource.columnsOf?.(ctx, masked, id) ?? Object.fromEntries(Object.entries(masked));
  const isStored = Object.entries(secrets).every(([key, value]) => stored[key] === value);
  if (!place || isStored) return { columns, fields: masked, sealing: [], sealed: [] };
  const identity = resourceSecret(entity_type, id);
  const sealedSecret = await ctx.vault.seal(identity, JSON.stringify(secrets));
  const sealing = [upsertCredential(ctx.db, identity, sealedSecret, ctx.now())];
  return { columns, fields: masked, sealing, sealed: place.field === null ? place.keys : [place.field] };
}
