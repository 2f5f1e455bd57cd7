import { asItem, type Item, isItem } from "../json.ts";
import type { AwsModel } from "./model.ts";
import { isoText } from "./scalars.ts";

/**
 * Reads parsed JSON as botocore does: members that the model names otherwise get its name, times become ISO text.
 * Members that a newer API added stay.
 */
export function decodeJson(model: AwsModel, shapeName: string, value: unknown): unknown {
  if (shapeName === "timestamp") return isoText(value);
  const shape = model.shapes[shapeName];
  if (!shape || value === null || typeof value !== "object") return value;
  const { list, map } = shape;
  if (list !== undefined) return Array.isArray(value) ? value.map((entry) => decodeJson(model, list, entry)) : value;
  if (map !== undefined) {
    const entries = Object.entries(asItem(value)).map(([key, entry]) => [key, decodeJson(model, map, entry)]);
    return Object.fromEntries(entries);
  }
  const decoded: Item = { ...asItem(value) };
  for (const [member, kept] of Object.entries(shape.members ?? {})) {
    const { shape: inner, name } = typeof kept === "string" ? { shape: kept, name: member } : kept;
    const written = decoded[name];
    delete decoded[name];
    if (written !== undefined && written !== null) decoded[member] = decodeJson(model, inner, written);
  }
  return decoded;
}

/** The same without members that are null: for botocore they are not there. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isItem(value)) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(present.map(([name, inner]) => [name, withoutNulls(inner)]));
}
