import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { groupResource } from "./groups.ts";
import { namedChange, namedInput, namedShown } from "./group.schema.ts";
import { addGroupMember, readGroupMembers, removeGroupMember } from "./memberships.ts";
import { idParam, userIdSchema, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";

export const groupsRouter = createRouter();

const shared = { tags: ["Groups"], access: "admin" as const };

addResourceRoutes(groupsRouter, {
  path: "/api/groups",
  tag: "Groups",
  one: "a group",
  many: "groups",
  resource: groupResource,
  create: namedInput.openapi("GroupInput"),
  change: namedChange.openapi("GroupChange"),
  shown: namedShown.openapi("Group"),
});

const memberSchema = z
  .object({ group_id: uuid, user_id: userIdSchema, email: z.string().openapi({ example: "user@example.com" }) })
  .openapi("GroupMember");
const missing = { 404: errorResponse("Group not found") };

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/groups/{id}/members",
  summary: "List the members of a group",
  request: { params: idParam },
  responses: { 200: jsonResponse("Members whose accounts are there", z.array(memberSchema)), ...missing },
});

groupsRouter.openapi(listRoute, async (c) => c.json(await readGroupMembers(c.var.ctx, c.req.valid("param").id), 200));

const addRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/api/groups/{id}/members",
  summary: "Add a user to a group",
  request: { params: idParam, body: jsonBody(z.object({ user_id: userIdSchema }).openapi("GroupMemberInput")) },
  responses: { 201: jsonResponse("Added", memberSchema), ...missing, 409: errorResponse("They are a member already") },
});

groupsRouter.openapi(addRoute, async (c) =>
  c.json(await addGroupMember(c.var.ctx, c.req.valid("param").id, c.req.valid("json").user_id), 201),
);

const removeRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/api/groups/{id}/members/{user_id}",
  summary: "Remove a user from a group",
  request: { params: idParam.extend({ user_id: userIdSchema }) },
  responses: { 204: { description: "Removed" }, 404: errorResponse("Group not found, or Member not found") },
});

groupsRouter.openapi(removeRoute, async (c) => {
  const { id, user_id } = c.req.valid("param");
  await removeGroupMember(c.var.ctx, id, user_id);
  return c.body(null, 204);
});
