import type { Context as HonoContext } from "hono";
import { notFound } from "../../errors.ts";
import type { AppEnv } from "./router.ts";

/** Passes a generated file on as it is, with its ETag; throws `notFound` when the build made no such file. */
export async function fetchAsset(c: HonoContext<AppEnv>, path: string): Promise<Response> {
  const { method, headers } = c.req.raw;
  const response = await c.var.ctx.assets.fetch(new URL(path, c.req.url), { method, headers });
  if (response.status === 404) throw notFound("Not found");
  const answer = new Response(response.body, response);
  answer.headers.set("X-Content-Type-Options", "nosniff");
  return answer;
}
