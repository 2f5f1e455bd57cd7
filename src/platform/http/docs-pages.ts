import { SwaggerUI } from "@hono/swagger-ui";

/** Scripts and styles come from this origin only; Swagger UI and ReDoc set style attributes and draw inline images. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Swagger UI over `/openapi.json`, loaded from our own assets and started by a script of its own. */
export const swaggerPage = documentationPage(
  "Catchment API",
  SwaggerUI({
    url: "/openapi.json",
    baseUrl: "/assets",
    manuallySwaggerUIHtml: ({ css, js }) =>
      [
        ...css.map((url) => `<link rel="stylesheet" href="${url}">`),
        '<div id="swagger-ui"></div>',
        ...js.map((url) => `<script src="${url}"></script>`),
        '<script src="/assets/dashboard/swagger.js"></script>',
      ].join("\n"),
  }),
);

/** ReDoc over `/openapi.json`; its bundle starts itself on the element. */
export const redocPage = documentationPage(
  "Catchment API reference",
  '<redoc spec-url="/openapi.json"></redoc>\n<script src="/assets/redoc/redoc.standalone.js"></script>',
);

function documentationPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/assets/dashboard/favicon.svg">
</head>
<body style="margin:0">
${body}
</body>
</html>
`;
}
