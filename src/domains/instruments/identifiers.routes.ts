import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { registerFileDoi } from "./dois.ts";
import { fileSchema } from "./file.schema.ts";
import { showFile } from "./files.ts";
import { resolveArk } from "./identifiers.ts";
import { idParam } from "./request.schema.ts";

/** Names of files, resolved. */
export const identifiersRouter = createRouter();

const resolveRoute = defineRoute({
  method: "get",
  path: "/ark:/{naan}/{name}",
  summary: "Follow an ARK to its file",
  tags: ["Files"],
  access: "member",
  request: {
    params: z.object({
      naan: z.string().max(16).openapi({ description: "Name assigning authority", example: "99999" }),
      name: z.string().max(128).openapi({ description: "Shoulder and name", example: "fk4qk3vjv7yqvbd7gqk2m3xw5a6e4" }),
    }),
    query: z.object({
      info: z.string().max(16).optional().openapi({ description: "Describes the file instead", example: "" }),
    }),
  },
  responses: {
    200: { description: "With `?info`: the file", content: { "application/json": { schema: fileSchema } } },
    302: { description: "To the file's download" },
    404: errorResponse("There is no such file, or it is not shown to the caller"),
  },
});

identifiersRouter.openapi(resolveRoute, async (c) => {
  const { naan, name } = c.req.valid("param");
  const file = await resolveArk(c.var.ctx, naan, name);
  if (c.req.valid("query").info !== undefined) return c.json(showFile(file), 200);
  return c.redirect(`/api/files/${file.id}/download`, 302);
});

const doiRoute = defineRoute({
  method: "post",
  path: "/api/files/{id}/doi",
  summary: "Register a DOI for a file, which leads to its ARK",
  description: "By DataCite. The DOI is then in the file's `metadata_`; a second time answers the same.",
  tags: ["Files"],
  access: "admin",
  request: { params: idParam },
  responses: {
    200: jsonResponse(
      "Registered",
      z.object({
        doi: z.string().openapi({ example: "10.5072/fk4qk3vjv7yqvbd7gqk2m3xw5a6e4" }),
        url: z.string().openapi({ example: "https://catchment.example.org/ark:/99999/fk4qk3vjv7yqvbd7gqk2m3xw5a6e4" }),
      }),
    ),
    404: errorResponse("File not found"),
    409: errorResponse("No version was transferred completely yet: `NOT_TRANSFERRED`"),
    502: errorResponse("DataCite refuses, or does not answer"),
    503: errorResponse("DOIs are not configured"),
  },
});

identifiersRouter.openapi(doiRoute, async (c) =>
  c.json(await registerFileDoi(c.var.ctx, c.req.valid("param").id), 200),
);
