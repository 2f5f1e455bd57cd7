import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import packageFile from "../../../package.json";

const ask = (accept?: string) =>
  exports.default.fetch("http://localhost/", { headers: accept === undefined ? {} : { Accept: accept } });

const identity = { message: "Catchment", service: "catchment", version: packageFile.version, status: "running" };

it.each([undefined, "*/*", "application/json", "application/json, text/html;q=0.5", "image/png"])(
  "answers its identity as JSON to Accept %s",
  async (accept) => {
    const response = await ask(accept);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toContain("application/json");
    expect(response.headers.get("Vary")).toBe("Accept");
    expect(await response.json()).toEqual(identity);
  },
);

const policy = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' blob:",
  "connect-src": "'self'",
  "frame-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};

it("shows a browser a page that loads nothing from elsewhere and has no script in itself", async () => {
  const response = await ask("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  const page = await response.text();
  expect(response.headers.get("Content-Type")).toContain("text/html");
  expect(response.headers.get("Vary")).toBe("Accept");
  expect(response.headers.get("Content-Security-Policy")).toBe(
    Object.entries(policy)
      .map((directive) => directive.join(" "))
      .join("; "),
  );
  expect(page).toContain('<html lang="en">');
  expect(page).not.toMatch(/<script(?![^>]* src="\/)/);
  expect(page).not.toContain("<style");
  expect(page).not.toMatch(/(src|href)="https?:/);
  for (const path of ["/redoc", "/health", "/openapi.json"]) expect(page).toContain(`href="${path}"`);
});

it("loads an icon, styles and a script that are there", async () => {
  const page = await (await ask("text/html")).text();
  const files = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(files).toEqual([
    "/assets/dashboard/favicon.svg",
    "/assets/dashboard/theme.css",
    "/assets/dashboard/app.css",
    "/assets/dashboard/app.js",
  ]);
  for (const path of files) {
    const response = await exports.default.fetch(`http://localhost${path}`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
});
