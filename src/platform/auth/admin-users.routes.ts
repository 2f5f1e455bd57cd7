import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { createUser, deleteUser, listUsers, updateUserRights } from "./administration.ts";
import { managedUserSchema, newUserSchema, pageSchema, renderManagedUser, userRightsSchema } from "./user.schema.ts";

/** Users as admins manage them. */
export const adminUsersRouter = createRouter();

const tags = ["Administration"];
const userId = z.object({
  id: z.string().max(64).openapi({ description: "The user's id", example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
});
const userResponse = (description: string) => ({
  description,
  content: { "application/json": { schema: managedUserSchema } },
});
const changeErrors = {
  404: errorResponse("No such user"),
  409: errorResponse("The last admin cannot be demoted, blocked or deleted: `LAST_ADMIN`"),
};

const listRoute = defineRoute({
  method: "get",
  path: "/admin/users",
  summary: "List users, newest first",
  tags,
  access: "admin",
  request: { query: pageSchema },
  responses: {
    200: {
      description: "One page of users",
      content: {
        "application/json": {
          schema: z
            .object({
              users: z.array(managedUserSchema),
              total: z.number().int().openapi({ example: 120, description: "All users, not this page" }),
              next_cursor: z.string().nullable().openapi({ example: "71", description: "Null on the last page" }),
            })
            .openapi("ManagedUserPage"),
        },
      },
    },
  },
});

adminUsersRouter.openapi(listRoute, async (c) => {
  const page = await listUsers(c.var.ctx, c.req.valid("query"));
  return c.json({ ...page, users: page.users.map(renderManagedUser) }, 200);
});

const createRoute = defineRoute({
  method: "post",
  path: "/admin/users",
  summary: "Create a user, or invite one by mail",
  tags,
  access: "admin",
  request: { body: { content: { "application/json": { schema: newUserSchema } } } },
  responses: {
    201: userResponse("The new user"),
    409: errorResponse("The address is taken: `USER_ALREADY_EXISTS`"),
  },
});

adminUsersRouter.openapi(createRoute, async (c) => {
  const user = await createUser(c.var.ctx, c.req.valid("json"));
  return c.json(renderManagedUser(user), 201);
});

const updateRoute = defineRoute({
  method: "patch",
  path: "/admin/users/{id}",
  summary: "Change a user's role, grants or block",
  tags,
  access: "admin",
  request: { params: userId, body: { content: { "application/json": { schema: userRightsSchema } } } },
  responses: { 200: userResponse("The changed user"), ...changeErrors },
});

adminUsersRouter.openapi(updateRoute, async (c) => {
  const user = await updateUserRights(c.var.ctx, c.req.valid("param").id, c.req.valid("json"));
  return c.json(renderManagedUser(user), 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/admin/users/{id}",
  summary: "Delete a user",
  description:
    "Ends their sessions at once; what the identity provider does not let go now, and all that is kept about them, goes at a later tick.",
  tags,
  access: "admin",
  request: { params: userId },
  responses: { 204: { description: "The user is deleted and their sessions have ended" }, ...changeErrors },
});

adminUsersRouter.openapi(deleteRoute, async (c) => {
  await deleteUser(c.var.ctx, c.req.valid("param").id);
  return c.body(null, 204);
});
