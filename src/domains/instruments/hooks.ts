import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError, type FieldError, unprocessable } from "../../errors.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import { checkUserUrl } from "../../platform/outbound/addresses.ts";
import { builtinHooks, findBuiltin } from "./builtin-hooks.ts";
import { requireGrantee } from "./grantees.ts";
import { instrumentResource } from "./instruments.ts";
import { ownColumns } from "./managed-row.ts";
import { patternProblem } from "./metadata-enrichment.ts";
import { requireReference } from "./references.ts";
import type { Resource } from "./resource.ts";
import { hookConfigs, type HookImplementation, type HookTrigger } from "./tables.ts";

export type HookRow = typeof hookConfigs.$inferSelect;

export interface HookFields {
  name: string;
  description: string | null;
  trigger: HookTrigger;
  implementation: HookImplementation;
  builtin_name: string | null;
  script_path: string | null;
  webhook_url: string | null;
  config: JsonObject | null;
  instrument_id: string | null;
  priority: number;
  enabled: boolean;
}

/** What a webhook is signed with (Standard Webhooks): 24 to 64 bytes in base64 after `whsec_`. */
const webhookConfig = z.strictObject({
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "must be whsec_ and 24 to 64 bytes in base64")
    .optional(),
});

export const hookResource: Resource<HookRow, HookFields> = {
  title: "Hook",
  entity_type: "hook",
  table: hookConfigs,
  fieldsOf: ownColumns,
  check: checkHook,
  secrets: ({ implementation }) => ({ field: "config", keys: implementation === "http_webhook" ? ["secret"] : [] }),
  whenDeleted: { enabled: false },
  show: (row) => ({ id: row.id, ...ownColumns(row), deleted_at: isoTime(row.deleted_at) }),
};

/** Throws 422 for fields that do not go together, or a configuration that could not run. */
export async function checkHook(ctx: Context, fields: HookFields): Promise<HookFields> {
  if (fields.instrument_id !== null) {
    await requireReference(ctx, instrumentResource, fields.instrument_id, "instrument_id");
  }
  switch (fields.implementation) {
    case "builtin":
      return checkBuiltin(ctx, fields);
    case "http_webhook":
      return checkWebhook(ctx, fields);
    case "python_script":
      throw refused("implementation", "python_script cannot run here: no Python is at hand; use http_webhook instead");
  }
}

async function checkBuiltin(ctx: Context, fields: HookFields): Promise<HookFields> {
  const builtin = fields.builtin_name === null ? undefined : findBuiltin(fields.builtin_name);
  if (!builtin) throw refused("builtin_name", `must be one of ${Object.keys(builtinHooks).join(", ")}`);
  const { trigger } = builtin;
  if (trigger !== "both" && fields.trigger !== `${trigger}_transfer`) {
    throw refused("trigger", `${fields.builtin_name} runs ${trigger}_transfer`);
  }
  const config = parseConfig(builtin.config, fields.config);
  if (fields.builtin_name === "access_assignment") await requireLiteralGrantees(ctx, config);
  if (fields.builtin_name === "metadata_enrichment") await requirePatterns(config);
  return { ...fields, config };
}

function checkWebhook(ctx: Context, fields: HookFields): HookFields {
  if (fields.webhook_url === null) throw refused("webhook_url", "is required");
  try {
    checkUserUrl(fields.webhook_url, ctx.config.ALLOW_PRIVATE_HOSTS);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw unprocessable(error.errors.map(({ message }) => ({ field: "webhook_url", message })));
  }
  return { ...fields, config: parseConfig(webhookConfig, fields.config) };
}

async function requireLiteralGrantees(ctx: Context, config: JsonObject): Promise<void> {
  const { grants } = builtinHooks.access_assignment.config.parse(config);
  for (const [index, { grantee_type, match_field, source }] of grants.entries()) {
    if (source === "literal")
      await requireGrantee(ctx, grantee_type, match_field, `config.grants.${index}.match_field`);
  }
}

async function requirePatterns(config: JsonObject): Promise<void> {
  const { rules } = builtinHooks.metadata_enrichment.config.parse(config);
  for (const [index, { pattern }] of rules.entries()) {
    const problem = await patternProblem(pattern);
    if (problem !== null) throw refused(`config.rules.${index}.pattern`, problem);
  }
}

function parseConfig(schema: z.ZodObject, config: JsonObject | null): JsonObject {
  const parsed = schema.safeParse(config ?? {});
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = parsed.error.issues.map(({ path, message }) => ({
    field: ["config", ...path].join("."),
    message,
  }));
  throw unprocessable(errors);
}

const refused = (field: string, message: string) => unprocessable([{ field, message }]);
