import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { dryRunFields, dryRunHook } from "./dry-run.ts";
import { hookInput } from "./hook.schema.ts";
import { idParam, userIdSchema, uuid } from "./request.schema.ts";

/** Hooks over files that were harvested before, to see what they would do. */
export const dryRunRouter = createRouter();

const shared = { method: "post" as const, tags: ["Hooks"], access: "admin" as const };

const count = z.int().openapi({ example: 1 });

const options = {
  paths: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(1000)
    .optional()
    .openapi({ description: "Only these files, by their paths on the instrument", example: ["run-1/image.tif"] }),
  limit: z.int().min(1).max(1000).default(100).openapi({ description: "Files at most" }),
  offset: z.int().min(0).default(0).openapi({ description: "Files to leave out: `next_offset` of the page before" }),
  call_webhook: z
    .boolean()
    .default(false)
    .openapi({ description: "Calls a webhook, for 20 files at most; its body then has `dry_run: true`" }),
};

const report = z
  .object({
    instrument_id: uuid,
    files: z.array(
      z.object({
        file_id: uuid,
        path: z.string().openapi({ example: "run-1/image.thumb.jpg" }),
        action: z.enum(["transfer", "skip", "redirect"]).openapi({ example: "skip" }),
        reason: z.string().nullable().openapi({ example: "Excluded by pattern '*.thumb.jpg'" }),
        destination_path: z
          .string()
          .nullable()
          .openapi({ description: "By the storage location of the newest transfer", example: null }),
        metadata: z
          .record(z.string(), z.unknown())
          .openapi({ description: "What the hook adds", example: { sample: "A-17" } }),
        grants: z.array(
          z.object({
            grantee_type: z.enum(["user", "group", "project"]).openapi({ example: "group" }),
            grantee_id: userIdSchema,
          }),
        ),
        problem: z.string().nullable().openapi({ description: "Why the hook failed, in whole or part", example: null }),
      }),
    ),
    totals: z
      .object({ files: count, transfer: count, skip: count, redirect: count, problems: count })
      .openapi({ description: "Of this page" }),
    total: count.openapi({ description: "Files that are meant, on all pages" }),
    next_offset: z
      .int()
      .nullable()
      .openapi({ description: "Where the next page begins; null on the last", example: null }),
  })
  .openapi("HookDryRun");

const description =
  "Newest files first. Nothing comes of it: no file, grant or metadata changes. A page also ends before its limit " +
  "when it has taken 20 seconds.";

const fieldsRoute = defineRoute({
  ...shared,
  path: "/api/hooks/dry-run",
  summary: "See what a hook would do that is not stored yet",
  description: `${description} \`instrument_id\` says whose files.`,
  request: { body: jsonBody(hookInput.extend(options).openapi("HookDryRunInput")) },
  responses: { 200: jsonResponse("What would happen to each file", report) },
});

dryRunRouter.openapi(fieldsRoute, async (c) => {
  const { paths, limit, offset, call_webhook, ...fields } = c.req.valid("json");
  const chosen = { instrument_id: fields.instrument_id, paths, limit, offset, call_webhook };
  return c.json(await dryRunFields(c.var.ctx, fields, chosen), 200);
});

const storedRoute = defineRoute({
  ...shared,
  path: "/api/hooks/{id}/dry-run",
  summary: "See what a hook would do, whether it is enabled or not",
  description,
  request: {
    params: idParam,
    body: jsonBody(
      z
        .object({
          instrument_id: uuid
            .optional()
            .openapi({ description: "Whose files; required for a hook of every instrument" }),
          ...options,
        })
        .openapi("HookDryRunOptions"),
    ),
  },
  responses: {
    200: jsonResponse("What would happen to each file", report),
    404: errorResponse('There is none, or it is deleted: "Hook not found"'),
  },
});

dryRunRouter.openapi(storedRoute, async (c) =>
  c.json(await dryRunHook(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 200),
);
