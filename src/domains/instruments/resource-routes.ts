import type { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { answerList, listQuery, listSchema } from "../../platform/http/list-page.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { defineRoute, type Router } from "../../platform/http/router.ts";
import {
  changeResource,
  createResource,
  deleteResource,
  getResource,
  listResources,
  type Resource,
  restoreResource,
} from "./resource.ts";
import { flagQuery, idParam } from "./request.schema.ts";

interface ResourceRoutes {
  /** Such as `/api/instruments`. */
  path: string;
  tag: string;
  /** What a summary calls one of them, and all. */
  one: string;
  many: string;
  resource: Resource;
  create: z.ZodObject;
  /** Fields of a change; absent ones stay as they are, so none may have a default. */
  change: z.ZodObject;
  shown: z.ZodObject;
  /** Columns that a list can be narrowed by. */
  filters?: z.ZodRawShape;
}

/** Adds the six routes that every kind of resource has, all for admins. */
export function addResourceRoutes(router: Router, routes: ResourceRoutes): void {
  const { path, tag, one, many, resource, create, change, shown, filters = {} } = routes;
  const shared = { tags: [tag], access: "admin" as const };
  const missing = { 404: errorResponse(`There is none, or it is deleted: "${resource.title} not found"`) };
  const taken = { 409: errorResponse("Its name is taken, or others keep changing it") };

  const listRoute = defineRoute({
    ...shared,
    method: "get",
    path,
    summary: `List ${many}, oldest first`,
    request: {
      query: listQuery().extend({ include_deleted: flagQuery("Whether deleted ones are listed, too"), ...filters }),
    },
    responses: { 200: jsonResponse("An array; a page in an envelope where one is asked for", listSchema(shown)) },
  });
  router.openapi(listRoute, async (c) => {
    const { skip, limit, cursor, include_deleted, ...equal } = c.req.valid("query");
    const page = await listResources(c.var.ctx, resource, { include_deleted, equal }, { skip, limit, cursor });
    const { body, headers } = answerList(c.req.url, page, resource.show);
    return c.json(body, 200, headers);
  });

  const createRoute = defineRoute({
    ...shared,
    method: "post",
    path,
    summary: `Create ${one}`,
    request: { body: jsonBody(create) },
    responses: { 201: jsonResponse("Created", shown), ...taken },
  });
  router.openapi(createRoute, async (c) =>
    c.json(resource.show(await createResource(c.var.ctx, resource, c.req.valid("json"))), 201),
  );

  const readRoute = defineRoute({
    ...shared,
    method: "get",
    path: `${path}/{id}`,
    summary: `Show ${one}`,
    request: { params: idParam },
    responses: { 200: jsonResponse("As it is now", shown), ...missing },
  });
  router.openapi(readRoute, async (c) =>
    c.json(resource.show(await getResource(c.var.ctx, resource, c.req.valid("param").id)), 200),
  );

  const changeRoute = defineRoute({
    ...shared,
    method: "patch",
    path: `${path}/{id}`,
    summary: `Change ${one}`,
    description: "Fields that are not given stay as they are; null clears one.",
    request: { params: idParam, body: jsonBody(change) },
    responses: { 200: jsonResponse("As it is now", shown), ...missing, ...taken },
  });
  router.openapi(changeRoute, async (c) =>
    c.json(resource.show(await changeResource(c.var.ctx, resource, c.req.valid("param").id, c.req.valid("json"))), 200),
  );

  const deleteRoute = defineRoute({
    ...shared,
    method: "delete",
    path: `${path}/{id}`,
    summary: `Delete ${one}, which can be restored`,
    request: { params: idParam },
    responses: { 204: { description: "Deleted" }, ...missing },
  });
  router.openapi(deleteRoute, async (c) => {
    await deleteResource(c.var.ctx, resource, c.req.valid("param").id);
    return c.body(null, 204);
  });

  const restoreRoute = defineRoute({
    ...shared,
    method: "post",
    path: `${path}/{id}/restore`,
    summary: `Restore ${one} that was deleted`,
    request: { params: idParam },
    responses: {
      200: jsonResponse("As it is now", shown),
      404: errorResponse(`It is not deleted: "Deleted ${resource.title.toLowerCase()} not found"`),
      ...taken,
    },
  });
  router.openapi(restoreRoute, async (c) =>
    c.json(resource.show(await restoreResource(c.var.ctx, resource, c.req.valid("param").id)), 200),
  );
}
