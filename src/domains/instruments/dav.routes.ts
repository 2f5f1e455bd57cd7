import { createRouter } from "../../platform/http/router.ts";
import { answerDav } from "./dav.ts";

/** OpenAPI has no words for the methods of WebDAV; who may call them, the token of the instrument says. */
export const davRouter = createRouter();

davRouter.all("/dav/:instrument/*", (c) => answerDav(c.var.ctx, c.req.raw));
