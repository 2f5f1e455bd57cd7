import { z } from "@hono/zod-openapi";
import { findSourceType, sourceTypes } from "../../connectors/sources/source-types.ts";
import { badRequest } from "../../errors.ts";

/** The config with its defaults; throws 400 for an unknown or unavailable type and for a config that its schema refuses. */
export function requireSourceConfig(type: string, config: Record<string, unknown>): Record<string, unknown> {
  const known = findSourceType(type);
  if (!known) throw badRequest(`Unknown source type '${type}'`);
  if (known.unavailable !== null) throw badRequest(`Sources of type '${type}' cannot run here: ${known.unavailable}`);
  const parsed = known.config.safeParse(config);
  if (parsed.success) return Object(parsed.data);
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: ["config", ...path].join("."), message }));
  const text = errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw badRequest(`The config of a ${type} source is wrong: ${text}`, "INVALID_CONFIG", errors);
}

/** Every kind of source with the JSON Schema of its config, for forms. */
export function describeSourceTypes() {
  return sourceTypes.map(({ type, group, title, description, unavailable, config }) => ({
    ...{ type, group, title, description },
    available: unavailable === null,
    unavailable_reason: unavailable,
    config_schema: z.toJSONSchema(config, { io: "input", unrepresentable: "any" }) as Record<string, unknown>,
  }));
}
