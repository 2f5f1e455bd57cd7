import { z } from "@hono/zod-openapi";
import { createRouter } from "../../platform/http/router.ts";
import { line, managedTimes, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";
import { serviceAccountResource } from "./service-accounts.ts";

export const serviceAccountsRouter = createRouter();

const shown = {
  name: line(255).openapi({ description: "For people", example: "Harvester" }),
  domain: line(255).nullable().openapi({ description: "Windows domain", example: "LAB" }),
  username: line(255).openapi({ example: "svc-harvest" }),
};
const fields = {
  ...shown,
  password: z.string().min(1).max(1024).openapi({ description: "Sealed, and never shown; **** keeps it" }),
};

addResourceRoutes(serviceAccountsRouter, {
  path: "/api/service-accounts",
  tag: "Service accounts",
  one: "a service account",
  many: "service accounts",
  resource: serviceAccountResource,
  create: z.object({ ...fields, domain: fields.domain.default(null) }).openapi("ServiceAccountInput"),
  change: z.object(fields).partial().openapi("ServiceAccountChange"),
  shown: z.object({ id: uuid, ...shown, ...managedTimes }).openapi("ServiceAccount"),
});
