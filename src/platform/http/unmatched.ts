import type { NotFoundHandler } from "hono";
import { methodNotAllowed, notFound } from "../../errors.ts";
import type { AppEnv, Router } from "./router.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Answers 405 with `Allow` where the path takes other methods (RFC 9110, 15.5.6), else 404. */
export function answerUnmatched(app: Router): NotFoundHandler<AppEnv> {
  return (c) => {
    const allowed = METHODS.filter((method) => hasRoute(app, method, c.req.path));
    if (allowed.length === 0 || allowed.includes(c.req.method)) throw notFound("Not found");
    throw methodNotAllowed(allowed.includes("GET") ? ["HEAD", ...allowed] : allowed);
  };
}

/** Middleware matches every path, under the method `ALL`. */
function hasRoute(app: Router, method: string, path: string): boolean {
  const [matches] = app.router.match(method, path);
  return matches.some(([[, route]]) => route.method === method);
}
