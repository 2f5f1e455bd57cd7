import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { namedChange, namedInput, namedShown } from "./group.schema.ts";
import { addProjectMember, readProjectMembers, removeProjectMember } from "./memberships.ts";
import { projectResource } from "./projects.ts";
import { idParam, userIdSchema, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";

export const projectsRouter = createRouter();

const shared = { tags: ["Projects"], access: "admin" as const };

addResourceRoutes(projectsRouter, {
  path: "/api/projects",
  tag: "Projects",
  one: "a project",
  many: "projects",
  resource: projectResource,
  create: namedInput.openapi("ProjectInput"),
  change: namedChange.openapi("ProjectChange"),
  shown: namedShown.openapi("Project"),
});

const member = {
  member_type: z.enum(["user", "group"]).openapi({ example: "user" }),
  member_id: userIdSchema.openapi({ description: "Id of the user or group" }),
};
const memberSchema = z
  .object({
    id: uuid,
    project_id: uuid,
    ...member,
    email: z.string().nullable().openapi({ description: "Null for a group", example: "user@example.com" }),
  })
  .openapi("ProjectMember");
const missing = { 404: errorResponse("Project not found") };

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/projects/{id}/members",
  summary: "List the members of a project",
  request: { params: idParam },
  responses: { 200: jsonResponse("Users and groups", z.array(memberSchema)), ...missing },
});

projectsRouter.openapi(listRoute, async (c) =>
  c.json(await readProjectMembers(c.var.ctx, c.req.valid("param").id), 200),
);

const addRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/api/projects/{id}/members",
  summary: "Add a user or a group to a project",
  request: { params: idParam, body: jsonBody(z.object(member).openapi("ProjectMemberInput")) },
  responses: { 201: jsonResponse("Added", memberSchema), ...missing, 409: errorResponse("They are a member already") },
});

projectsRouter.openapi(addRoute, async (c) =>
  c.json(await addProjectMember(c.var.ctx, c.req.valid("param").id, c.req.valid("json")), 201),
);

const removeRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/api/projects/{id}/members/{member_id}",
  summary: "Remove a user or a group from a project",
  request: {
    params: idParam.extend({
      member_id: userIdSchema.openapi({ description: "Id of the membership, or of the member" }),
    }),
  },
  responses: { 204: { description: "Removed" }, 404: errorResponse("Project not found, or Member not found") },
});

projectsRouter.openapi(removeRoute, async (c) => {
  const { id, member_id } = c.req.valid("param");
  await removeProjectMember(c.var.ctx, id, member_id);
  return c.body(null, 204);
});
