import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { issueTicket } from "./tickets.ts";
import { watchJob, watchPlatform } from "./watch.ts";

const watchQuery = z.object({
  after: z
    .string()
    .regex(/^([0-9a-f]+-)?\d{1,15}$/, "must be the id of a frame, or its number")
    .optional()
    .openapi({
      description:
        "Id, or number, of the last frame you have: what came since is sent first, each frame once. If that is no longer kept, the first frame is `reset` with the current state.",
      example: "5f3a9c01-41",
    }),
  ticket: z.string().max(64).optional().openapi({
    description: "From `POST /ws/ticket`, for browsers; others send `Authorization`.",
    example: "q7mTn2Vx",
  }),
});

const watchHeaders = z.object({
  "last-event-id": z
    .string()
    .max(64)
    .optional()
    .openapi({ description: "Like `after`, and before it; EventSource sends it.", example: "5f3a9c01-41" }),
});

const watchResponses = (example: string) => ({
  101: { description: "The socket is open; each message is one frame, as JSON" },
  200: {
    description: "The same frames as Server-Sent Events, for `Accept: text/event-stream`",
    content: { "text/event-stream": { schema: z.string().openapi({ example }) } },
  },
  400: errorResponse("A token in the URL"),
  401: errorResponse("No token, or a token or ticket that is invalid, expired or used"),
  403: errorResponse("Blocked, or a cookie sent by another site"),
  426: errorResponse("Neither a WebSocket nor a stream was asked for"),
});

export const socketsRouter = createRouter();

const jobRoute = defineRoute({
  method: "get",
  path: "/ws/jobs/{job_id}",
  summary: "Follow a job (WebSocket or Server-Sent Events)",
  description:
    "Sends the job's current state, then every change, and closes with code 1000 after the last. For those who may see the job.",
  tags: ["Events"],
  access: "public",
  quota: "sockets",
  request: {
    params: z.object({
      job_id: z
        .string()
        .max(64)
        .openapi({ description: "The job's id, or its flow run id", example: "job_1705314600000123" }),
    }),
    query: watchQuery,
    headers: watchHeaders,
  },
  responses: {
    ...watchResponses(
      'id: 5f3a9c01-42\nevent: progress\ndata: {"id":"5f3a9c01-42","type":"progress","event":"progress","data":{"job_id":"job_1705314600000123","status":"running","progress":{"processed_resources":150,"total_resources":245}},"timestamp":"2024-01-15T10:31:00.000Z"}\n\n',
    ),
    204: { description: "A stream that has had everything came back; nothing follows" },
    404: errorResponse("No such job, or not one you may see"),
  },
});

socketsRouter.openapi(jobRoute, (c) => {
  const { job_id } = c.req.valid("param");
  return watchJob(c.var.ctx, job_id, { request: c.req.raw, ...c.req.valid("query") });
});

const platformRoute = defineRoute({
  method: "get",
  path: "/ws",
  summary: "Follow the platform's events (WebSocket or Server-Sent Events)",
  description:
    "Sends a `connected` frame, then the events of the domains you may read and your own. Without a token, only those of the domains that are open to everybody.",
  tags: ["Events"],
  access: "public",
  quota: "sockets",
  request: { query: watchQuery, headers: watchHeaders },
  responses: watchResponses(
    'id: 81c40d2e-7\nevent: job.completed\ndata: {"id":"81c40d2e-7","type":"job.completed","event":"job.completed","data":{"job_id":"job_1705314600000123","type":"download","status":"completed","progress":{}},"timestamp":"2024-01-15T10:32:15.000Z"}\n\n',
  ),
});

socketsRouter.openapi(platformRoute, (c) => watchPlatform(c.var.ctx, { request: c.req.raw, ...c.req.valid("query") }));

const ticketRoute = defineRoute({
  method: "post",
  path: "/ws/ticket",
  summary: "Get a ticket for one socket",
  description:
    "Browsers can send no `Authorization` with a socket: they open it with `?ticket=`, once, within a minute.",
  tags: ["Events"],
  access: "caller",
  request: {
    body: {
      content: {
        "application/json": {
          schema: z.object({
            topic: z
              .string()
              .regex(/^(platform|job:.{1,64})$/, "must be `platform` or `job:<id>`")
              .openapi({ description: "`platform`, or `job:` and a job's id", example: "job:job_1705314600000123" }),
          }),
        },
      },
    },
  },
  responses: {
    200: {
      description: "The ticket",
      content: {
        "application/json": {
          schema: z.object({
            ticket: z.string().openapi({ example: "q7mTn2VxJ0cE3v8yLwA5sZbKdRfHgUiOpX1M4N6tB9Y" }),
            expires_in: z.number().int().openapi({ description: "Seconds", example: 60 }),
          }),
        },
      },
    },
    404: errorResponse("No such job, or not one you may see"),
  },
});

socketsRouter.openapi(ticketRoute, async (c) => {
  const { topic } = c.req.valid("json");
  return c.json(await issueTicket(c.var.ctx, topic), 200);
});
