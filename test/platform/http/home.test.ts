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

it("shows a browser a page that loads nothing from elsewhere and runs no script", async () => {
  const response = await ask("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  const page = await response.text();
  expect(response.headers.get("Content-Type")).toContain("text/html");
  expect(response.headers.get("Vary")).toBe("Accept");
  expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(page).toContain('<html lang="en">');
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<style");
  expect(page).not.toMatch(/(src|href)="https?:/);
  for (const path of ["/docs", "/redoc", "/health", "/jobs", "/openapi.json"]) {
    expect(page).toContain(`href="${path}"`);
  }
});

it("loads a stylesheet and an icon that are there", async () => {
  const page = await (await ask("text/html")).text();
  const files = [...page.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(files).toEqual([
    "/assets/dashboard/favicon.svg",
    "/assets/dashboard/theme.css",
    "/assets/dashboard/status.css",
  ]);
  for (const path of files) {
    const response = await exports.default.fetch(`http://localhost${path}`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
});
