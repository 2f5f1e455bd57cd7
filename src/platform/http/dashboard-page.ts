import { html } from "hono/html";

/**
 * Scripts, styles, images, requests and sockets of this origin only. The one frame is our own page of models, which has
 * a sandbox of its own; pictures that the page draws itself are `blob:`.
 */
export const DASHBOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page for browsers at `/`; everything else on it is fetched by its script. */
export const dashboardPage = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Catchment</title>
      <link rel="icon" href="/assets/dashboard/favicon.svg" />
      <link rel="stylesheet" href="/assets/dashboard/theme.css" />
      <link rel="stylesheet" href="/assets/dashboard/app.css" />
      <script type="module" src="/assets/dashboard/app.js"></script>
    </head>
    <body>
      <div id="app"></div>
      <noscript>
        <main class="narrow">
          <h1>Catchment</h1>
          <p>This page needs JavaScript. Without it:</p>
          <ul>
            <li><a href="/redoc">Read the API</a></li>
            <li><a href="/openapi.json">OpenAPI document</a></li>
            <li><a href="/health">Health as JSON</a></li>
          </ul>
        </main>
      </noscript>
    </body>
  </html>`;
