import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { answerList, listQuery, listSchema } from "../../platform/http/list-page.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { fileHeadersSchema, fileRequest, fileResponses } from "../../platform/storage/file-request.schema.ts";
import { downloadFile } from "./downloads.ts";
import { fileSchema, transferSchema, transferStatus } from "./file.schema.ts";
import { getFile, getTransfer, readFiles, readTransfers, showFile, showTransfer } from "./files.ts";
import { idParam, uuid } from "./request.schema.ts";

/** Harvested files and their transfers, for whoever sees the file. */
export const filesRouter = createRouter();

const shared = { tags: ["Files"], access: "member" as const };
const ofInstrument = uuid.optional().openapi({ description: "Only those of this instrument" });
const missing = { 404: errorResponse("There is none, or it is not shown to the caller") };

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/files",
  summary: "List the files that the caller sees, newest first",
  request: {
    query: listQuery().extend({
      instrument_id: ofInstrument,
      search: z
        .string()
        .trim()
        .min(1)
        .max(1024)
        .optional()
        .openapi({ description: "Only those with this in their path, or with this persistent identifier" }),
    }),
  },
  responses: { 200: jsonResponse("An array; a page in an envelope where one is asked for", listSchema(fileSchema)) },
});

filesRouter.openapi(listRoute, async (c) => {
  const { instrument_id, search, ...request } = c.req.valid("query");
  const page = await readFiles(c.var.ctx, { instrument_id, search }, request);
  const { body, headers } = answerList(c.req.url, page, showFile);
  return c.json(body, 200, headers);
});

const readRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/files/{id}",
  summary: "Show a file",
  request: { params: idParam },
  responses: { 200: jsonResponse("The newest version that was transferred completely", fileSchema), ...missing },
});

filesRouter.openapi(readRoute, async (c) => c.json(showFile(await getFile(c.var.ctx, c.req.valid("param").id)), 200));

const downloadRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/files/{id}/download",
  summary: "Download a file",
  description: "`Repr-Digest` has the SHA-256 of the whole file where it was taken.",
  request: { params: idParam, headers: fileHeadersSchema },
  responses: {
    ...fileResponses("application/octet-stream"),
    ...missing,
    409: errorResponse("No version was transferred completely yet: `NOT_TRANSFERRED`"),
    502: errorResponse("The storage that has it does not give it"),
  },
});

filesRouter.openapi(downloadRoute, (c) =>
  downloadFile(c.var.ctx, c.req.valid("param").id, fileRequest(c.req.valid("header"))),
);

const listTransfersRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/transfers",
  summary: "List transfers of files that the caller sees, newest first",
  request: {
    query: listQuery().extend({
      file_id: uuid.optional().openapi({ description: "Only those of this file" }),
      instrument_id: ofInstrument,
      status: transferStatus.optional().openapi({ description: "Only those that ended so" }),
    }),
  },
  responses: {
    200: jsonResponse("An array; a page in an envelope where one is asked for", listSchema(transferSchema)),
  },
});

filesRouter.openapi(listTransfersRoute, async (c) => {
  const { skip, limit, cursor, ...filter } = c.req.valid("query");
  const page = await readTransfers(c.var.ctx, filter, { skip, limit, cursor });
  const { body, headers } = answerList(c.req.url, page, showTransfer);
  return c.json(body, 200, headers);
});

const readTransferRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/api/transfers/{id}",
  summary: "Show a transfer",
  request: { params: idParam },
  responses: { 200: jsonResponse("One try at one version of a file", transferSchema), ...missing },
});

filesRouter.openapi(readTransferRoute, async (c) =>
  c.json(showTransfer(await getTransfer(c.var.ctx, c.req.valid("param").id)), 200),
);
