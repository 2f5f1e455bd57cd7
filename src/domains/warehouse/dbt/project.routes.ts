import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../../platform/http/errors.ts";
import { jsonResponse } from "../../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../../platform/http/router.ts";
import { checkProject } from "./check-project.ts";
import { listProject, readProjectFile, removeProjectFile, uploadProject, writeProjectFile } from "./project.ts";

const tags = ["Warehouse dbt project"];
const read = { domain: "warehouse", action: "read" } as const;
const write = { domain: "warehouse", action: "write" } as const;
const path = z.string().openapi({ example: "models/staging/stg_orders.sql" });
const params = z.object({
  path: path.openapi({ description: "From the project's folder on; slashes stand as they are" }),
});

const file = z
  .object({
    path,
    size: z.int().openapi({ description: "Bytes", example: 412 }),
    sha256: z.string().openapi({ example: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" }),
    generated: z
      .boolean()
      .openapi({ description: "Whether it was written over a source's tables, and will be again", example: false }),
    updated_at: z.string().openapi({ example: "2025-12-09T10:30:00Z" }),
  })
  .openapi("DbtFile");

const total_files = z.int().openapi({ example: 12 });
const total_bytes = z.int().openapi({ example: 48213 });

export const projectRouter = createRouter({ validationStatus: 400 });

const listRoute = defineRoute({
  method: "get",
  path: "/dbt/project",
  summary: "List the files of the dbt project",
  tags,
  access: read,
  responses: { 200: jsonResponse("The files", z.object({ files: z.array(file), total_files, total_bytes })) },
});

projectRouter.openapi(listRoute, async (c) => c.json(await listProject(c.var.ctx), 200));

const uploadRoute = defineRoute({
  method: "post",
  path: "/dbt/project",
  summary: "Upload a dbt project as a zip archive",
  tags,
  access: write,
  upload: true,
  request: {
    query: z.object({
      mode: z.enum(["replace", "merge"]).default("replace").openapi({
        description: "Whether your other files go; files generated over sources stay",
        example: "replace",
      }),
    }),
    body: {
      required: true,
      content: { "application/zip": { schema: z.any().openapi({ type: "string", format: "binary" }) } },
    },
  },
  responses: {
    200: jsonResponse(
      "It is stored",
      z.object({
        files: z.array(path),
        ignored: z.array(z.string()).openapi({ description: "Names that no project needs", example: [".gitignore"] }),
        total_files,
        total_bytes,
      }),
    ),
    400: errorResponse("No archive of a dbt project"),
    413: errorResponse("An archive, a file or a project that is too large"),
  },
});

projectRouter.openapi(uploadRoute, async (c) =>
  c.json(await uploadProject(c.var.ctx, c.req.raw, c.req.valid("query").mode), 200),
);

const problem = z.object({
  path,
  line: z.int().nullable().openapi({ example: 3 }),
  message: z.string().openapi({ example: "ref('orderz') names no model" }),
});

const checkRoute = defineRoute({
  method: "get",
  path: "/dbt/project/check",
  summary: "Read the dbt project and say what is wrong in it",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "What it has, and what is wrong",
      z.object({
        valid: z.boolean().openapi({ example: true }),
        name: z.string().nullable().openapi({ example: "jaffle_shop" }),
        version: z.string().nullable().openapi({ example: "0.1" }),
        nodes: z.record(z.string(), z.int()).openapi({ example: { model: 5, seed: 3, test: 20, source: 0 } }),
        problems: z.array(problem),
        notes: z.array(problem).openapi({ description: "What was read but has no effect here" }),
      }),
    ),
  },
});

projectRouter.openapi(checkRoute, async (c) => c.json(await checkProject(c.var.ctx), 200));

const readRoute = defineRoute({
  method: "get",
  path: "/dbt/project/{path}{.+}",
  summary: "Read a file of the dbt project",
  tags,
  access: read,
  request: { params },
  responses: {
    200: { description: "Its text", content: { "text/plain": { schema: z.string() } } },
    400: errorResponse("A path that no file may have"),
    404: errorResponse("No such file"),
  },
});

projectRouter.openapi(readRoute, async (c) =>
  c.text(await readProjectFile(c.var.ctx, c.req.valid("param").path), 200, { "Cache-Control": "no-cache" }),
);

const writeRoute = defineRoute({
  method: "put",
  path: "/dbt/project/{path}{.+}",
  summary: "Write a file of the dbt project",
  tags,
  access: write,
  upload: true,
  request: {
    params,
    body: { required: true, content: { "text/plain": { schema: z.any().openapi({ type: "string" }) } } },
  },
  responses: {
    200: jsonResponse(
      "It is stored",
      file.extend({ created: z.boolean().openapi({ description: "Whether it is a new one", example: true }) }),
    ),
    400: errorResponse("A path that no file may have, or no text"),
    413: errorResponse("A file or a project that is too large"),
  },
});

projectRouter.openapi(writeRoute, async (c) =>
  c.json(await writeProjectFile(c.var.ctx, c.req.valid("param").path, c.req.raw), 200),
);

const deleteRoute = defineRoute({
  method: "delete",
  path: "/dbt/project/{path}{.+}",
  summary: "Delete a file of the dbt project",
  tags,
  access: write,
  audit: { entity_type: "dbt_file", action: "delete", names: ["path"] },
  request: { params },
  responses: {
    200: jsonResponse(
      "It is gone; tables of its models stay",
      z.object({ message: z.string().openapi({ example: "File deleted: models/staging/stg_orders.sql" }), path }),
    ),
    400: errorResponse("A path that no file may have"),
    404: errorResponse("No such file"),
  },
});

projectRouter.openapi(deleteRoute, async (c) => {
  const removed = await removeProjectFile(c.var.ctx, c.req.valid("param").path);
  return c.json({ message: `File deleted: ${removed}`, path: removed }, 200);
});
