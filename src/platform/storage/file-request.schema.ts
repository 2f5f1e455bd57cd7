import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import type { FileRequest } from "./stream-object.ts";

/** Headers that `streamObject` heeds, as a route documents them. */
export const fileHeadersSchema = z.object({
  range: z.string().optional().openapi({ description: "One range of bytes", example: "bytes=0-1023" }),
  "if-range": z.string().optional().openapi({ description: "ETag that the range is of" }),
  "if-none-match": z.string().optional().openapi({ description: "ETag of the file the caller has" }),
});

/** The headers of a request by the names that `streamObject` takes. */
export function fileRequest(headers: z.output<typeof fileHeadersSchema>): FileRequest {
  return { range: headers.range, if_range: headers["if-range"], if_none_match: headers["if-none-match"] };
}

/** How a route documents the answers of `streamObject`. */
export function fileResponses(content_type: string) {
  const content = { [content_type]: { schema: { type: "string", format: "binary" } as const } };
  return {
    200: { description: "The file", content },
    206: { description: "The range", content },
    304: { description: "The caller's file is still right" },
    416: errorResponse("The file has no such bytes"),
  };
}
