import { html, raw } from "hono/html";
import type { LineagePage } from "../../formats/dbt/artifacts/lineage-page.ts";

/**
 * Everything is in the page and two files beside it. The sandbox gives it an origin of its own: whatever a hostile
 * model's name might do, it could neither call our API nor read a cookie.
 */
export const DBT_DOCS_POLICY = [
  "sandbox allow-scripts",
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** The page at `/dbt-docs/`: the models of a project, their state and their lineage. */
export function dbtDocsPage(page: LineagePage) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Models${page.project === "" ? "" : `: ${page.project}`}</title>
        <link rel="icon" href="/assets/dashboard/favicon.svg" />
        <link rel="stylesheet" href="/assets/dashboard/theme.css" />
        <link rel="stylesheet" href="/assets/dashboard/lineage.css" />
      </head>
      <body>
        <header>
          <a id="skip" class="skip" href="#details">To the details</a>
          <h1 id="project">Models</h1>
          <p id="summary"></p>
          <p class="hint">
            Artifacts: <code>/manifest.json</code>, <code>/catalog.json</code>, <code>/run_results.json</code>
          </p>
          <noscript><p>This page draws with JavaScript. The artifacts hold the same facts.</p></noscript>
          <section id="problems" class="problems" aria-label="Problems" hidden></section>
        </header>
        <nav aria-label="Nodes">
          <label for="filter">Find a node</label>
          <input id="filter" type="search" autocomplete="off" spellcheck="false" />
          <p id="found" class="hint" role="status"></p>
          <div id="nodes"></div>
        </nav>
        <section class="lineage" aria-labelledby="lineage-title">
          <div class="tools">
            <h2 id="lineage-title">Lineage</h2>
            <label><input id="around" type="checkbox" disabled /> Only the chosen node's</label>
          </div>
          <div id="graph" tabindex="0" role="region" aria-label="Lineage graph"></div>
        </section>
        <main id="details" tabindex="-1"></main>
        <script id="lineage" type="application/json">
          ${raw(embed(page))}
        </script>
        <script src="/assets/dashboard/lineage.js"></script>
      </body>
    </html>`;
}

/** JSON that no text in it can end: the HTML parser looks for `<` only. */
const embed = (page: LineagePage) => JSON.stringify(page).replaceAll("<", String.raw`\u003c`);
