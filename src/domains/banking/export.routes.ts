import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { attachment } from "../../platform/storage/stream-object.ts";
import { exportOwnData } from "./export.ts";

/** A person's own data, to take along. */
export const exportRouter = createRouter();

const exportRoute = defineRoute({
  method: "get",
  path: "/user/export",
  summary: "Download all of one's data",
  description:
    "A zip archive, written while it is read: account, schedules, jobs, runs and reports with their balances as JSON; files, original reports and screenshots as they are. No secret is in it.",
  tags: ["Accounts"],
  access: "account",
  responses: {
    200: {
      description: "The archive",
      content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
});

exportRouter.openapi(exportRoute, async (c) => {
  const { ctx } = c.var;
  const date = new Date(ctx.now()).toISOString().slice(0, 10);
  return new Response(await exportOwnData(ctx), {
    headers: {
      "Content-Type": "application/zip",
      "Content-Disposition": attachment(`catchment-${date}.zip`),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    },
  });
});
