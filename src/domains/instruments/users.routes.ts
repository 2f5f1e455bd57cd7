import { z } from "@hono/zod-openapi";
import { userSchema } from "../../platform/auth/user.schema.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { answerList, listQuery, listSchema } from "../../platform/http/list-page.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { namedShown } from "./group.schema.ts";
import { flagQuery, time, userIdSchema } from "./request.schema.ts";
import { deleteUser, readGroupsOf, readMe, readProjectsOf, readUsers, restoreUser, showUser } from "./users.ts";

/** People as the document's newer clients ask for them. */
export const usersRouter = createRouter();

const admin = { tags: ["Administration"], access: "admin" as const };
const params = z.object({ id: userIdSchema });
const missing = { 404: errorResponse("User not found") };
const named = (description: string) => jsonResponse(description, z.array(namedShown));
// Not extended: the document would ask for both, and the one allows null only.
const shown = z
  .object({
    ...userSchema.shape,
    deleted_at: time.nullable().openapi({ description: "Since when the account is blocked", example: null }),
  })
  .openapi("ListedUser");

const meRoute = defineRoute({
  method: "get",
  path: "/api/me",
  summary: "Show the own account with its groups and projects",
  tags: ["Accounts"],
  access: "account",
  responses: {
    200: jsonResponse(
      "The caller; projects are direct or through a group",
      userSchema.extend({ groups: z.array(namedShown), projects: z.array(namedShown) }).openapi("Me"),
    ),
  },
});

usersRouter.openapi(meRoute, async (c) => c.json(await readMe(c.var.ctx), 200));

const checkRoute = defineRoute({
  ...admin,
  method: "get",
  path: "/api/auth/check-admin",
  summary: "Say whether the caller is an admin",
  responses: {
    200: jsonResponse("They are", z.object({ email: z.string().openapi({ example: "admin@example.org" }) })),
  },
});

usersRouter.openapi(checkRoute, async (c) => {
  const { email } = await readMe(c.var.ctx);
  return c.json({ email }, 200);
});

const listRoute = defineRoute({
  ...admin,
  method: "get",
  path: "/api/admin/users",
  summary: "List users, oldest first",
  request: { query: listQuery().extend({ include_deleted: flagQuery("Whether deleted ones are listed, too") }) },
  responses: { 200: jsonResponse("An array; a page in an envelope where one is asked for", listSchema(shown)) },
});

usersRouter.openapi(listRoute, async (c) => {
  const { include_deleted, ...request } = c.req.valid("query");
  const { body, headers } = answerList(c.req.url, await readUsers(c.var.ctx, include_deleted, request), showUser);
  return c.json(body, 200, headers);
});

const deleteRoute = defineRoute({
  ...admin,
  method: "delete",
  path: "/api/admin/users/{id}",
  summary: "Block a user, who can be restored",
  request: { params },
  responses: {
    204: { description: "Their sessions have ended, and they cannot sign in" },
    400: errorResponse("One's own account"),
    ...missing,
    409: errorResponse("The last admin: `LAST_ADMIN`"),
  },
});

usersRouter.openapi(deleteRoute, async (c) => {
  await deleteUser(c.var.ctx, c.req.valid("param").id);
  return c.body(null, 204);
});

const restoreRoute = defineRoute({
  ...admin,
  method: "post",
  path: "/api/admin/users/{id}/restore",
  summary: "Let a deleted user in again",
  request: { params },
  responses: { 200: jsonResponse("Restored", shown), 404: errorResponse("Deleted user not found") },
});

usersRouter.openapi(restoreRoute, async (c) =>
  c.json(showUser(await restoreUser(c.var.ctx, c.req.valid("param").id)), 200),
);

const groupsRoute = defineRoute({
  ...admin,
  method: "get",
  path: "/api/admin/users/{id}/groups",
  summary: "List the groups of a user",
  request: { params },
  responses: { 200: named("Groups"), ...missing },
});

usersRouter.openapi(groupsRoute, async (c) => c.json(await readGroupsOf(c.var.ctx, c.req.valid("param").id), 200));

const projectsRoute = defineRoute({
  ...admin,
  method: "get",
  path: "/api/admin/users/{id}/projects",
  summary: "List the projects of a user",
  request: { params },
  responses: { 200: named("Direct or through a group"), ...missing },
});

usersRouter.openapi(projectsRoute, async (c) => c.json(await readProjectsOf(c.var.ctx, c.req.valid("param").id), 200));
