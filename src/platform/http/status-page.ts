import { html } from "hono/html";
import type { Health } from "./health.ts";

/** The page is text, one stylesheet and one image of ours. */
export const STATUS_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const LINKS = [
  ["/docs", "Try the API"],
  ["/redoc", "Read the API"],
  ["/openapi.json", "OpenAPI document"],
  ["/health", "Health as JSON"],
  ["/jobs", "Jobs"],
] as const;

/** The page for browsers at `/`: what runs, how it fares, where to go. */
export function statusPage(health: Health) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Catchment: ${health.ready ? "ready" : "not ready"}</title>
        <link rel="icon" href="/assets/dashboard/favicon.svg" />
        <link rel="stylesheet" href="/assets/dashboard/theme.css" />
        <link rel="stylesheet" href="/assets/dashboard/status.css" />
      </head>
      <body>
        <main>
          <h1>Catchment</h1>
          <p>Version ${health.version}, ${health.ready ? "ready" : "not ready"} at ${health.timestamp}</p>
          <h2 id="components">Components</h2>
          <table aria-labelledby="components">
            <thead>
              <tr>
                <th scope="col">Component</th>
                <th scope="col">State</th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              ${Object.entries(health.components).map(
                ([name, { ready, error }]) =>
                  html`<tr>
                    <th scope="row">${name}</th>
                    <td class="${ready ? "good" : "bad"}">${ready ? "ready" : "not ready"}</td>
                    <td>${error ?? ""}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          <h2 id="links">Links</h2>
          <nav aria-labelledby="links">
            <ul>
              ${LINKS.map(([path, text]) => html`<li><a href="${path}">${text}</a></li>`)}
            </ul>
          </nav>
        </main>
      </body>
    </html>`;
}
