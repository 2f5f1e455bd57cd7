import type { ServerResponse } from "node:http";
import { loginPage } from "./pages.ts";
import { html, redirect, type SiteReply } from "./site.ts";
import type { DemoSession, Lie } from "./world.ts";

const CHUNK = "<p>and so on</p>".repeat(4096);

const COMPLETE = '<table id="positions"><tr><th>Name</th></tr><tr><td>Alpha</td></tr></table><p id="told"></p>';
const TOO_MUCH = `const link = document.createElement('a');
link.href = window.URL.createObjectURL(new Blob([new Uint8Array(11 * 1024 ** 2)]));
link.download = 'large.csv';
link.click();`;

/** A script that says what became of a socket to an address. */
const socketTo = (address: string) => `
const settle = () => (document.querySelector("#told").textContent = "The socket is settled");
try {
  const socket = new WebSocket(${JSON.stringify(address.replace("http", "ws"))});
  socket.onopen = socket.onerror = settle;
} catch {
  settle();
}`;

/** Answers as a bank should not; `away` is an address of another origin. */
export function lie(
  kind: Lie,
  { session, path, away }: { session: DemoSession; path: string; away: string },
): SiteReply | null {
  const name = path.split("/").at(-1) ?? "";
  switch (kind) {
    case "error":
      return html("<h1>Out of order</h1>", 500);
    case "garbage":
      return html("<<<</p\u0000<form <input name=username <<!--<table>\uFFFD&#xffffff;");
    case "deep":
      return html("<b>".repeat(200_000));
    case "redirect-loop":
      return redirect(name);
    case "redirect-away":
      return redirect(away);
    case "repeat-form":
      return redirect(name, 307);
    case "repeat-form-away":
      return redirect(away, 307);
    case "form-away":
      return html(loginPage(session, { action: away }));
    case "form-by-address":
      return html(loginPage(session, { method: "get" }));
    case "page-not-file":
      return html("<h1>Please try later</h1>");
    case "socket-away":
      return html(`${COMPLETE}<script>${socketTo(away)}</script>`);
    case "opens-window":
      return html(`<button onclick="window.open('reports/statement.sta')">Download</button>`);
    case "makes-too-much":
      return html(`<button onclick="${TOO_MUCH}">Download</button>`);
    default:
      return null;
  }
}

/** Answers in ways that no whole reply can. */
export function misbehave(kind: Lie, response: ServerResponse): void {
  if (kind === "hang") return;
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  if (kind === "cut") {
    response.write(CHUNK, () => response.destroy());
    return;
  }
  const pour = () => {
    while (!response.destroyed && response.write(CHUNK));
    if (!response.destroyed) response.once("drain", pour);
  };
  pour();
}
