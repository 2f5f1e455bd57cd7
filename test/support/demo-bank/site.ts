import { setTimeout as delay } from "node:timers/promises";
import {
  allReportsPage,
  busyPage,
  codePage,
  lockedPage,
  loginPage,
  overviewPage,
  page,
  positionsPage,
  reportsPage,
  signedOutPage,
} from "./pages.ts";
import { type DemoFile, holdingsXls, positionsOf, statementCamt, statementMt940, transactionsCsv } from "./reports.ts";
import { CUSTOMERS, type DemoBankWorld, type DemoSession, endOthers, issueCode, signIn } from "./world.ts";

const SLOW_MS = 60_000;

export interface SiteRequest {
  method: string;
  /** Below the bank's address, such as `/login`. */
  path: string;
  form: URLSearchParams;
}

export interface SiteReply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** What the bank answers a visitor of a session. */
export async function visit(world: DemoBankWorld, session: DemoSession, request: SiteRequest): Promise<SiteReply> {
  const { method, path, form } = request;
  if (method === "POST" && form.get("_token") !== session.token) return html(page("Refused", "<p>Try again.</p>"), 403);
  const route = `${method} ${path}`;
  return visitDoor(world, session, route, form) ?? (await visitInside(world, session, route));
}

/** Everything up to the overview. */
function visitDoor(world: DemoBankWorld, session: DemoSession, route: string, form: URLSearchParams): SiteReply | null {
  switch (route) {
    case "GET /":
      return redirect("login");
    case "GET /login":
      return html(loginPage(session));
    case "POST /login": {
      const outcome = signIn(world, session, form);
      if (outcome === "locked") return html(lockedPage(), 403);
      if (outcome === "refused") return html(loginPage(session, { problem: "Invalid user name or password" }), 401);
      return redirect(session.state === "busy" ? "elsewhere" : "code");
    }
    case "GET /elsewhere":
      return session.state === "busy" ? html(busyPage(session)) : redirect("login");
    case "POST /elsewhere":
      if (session.state === "busy") endOthers(world, session);
      return redirect("code");
    case "GET /code":
      if (session.state !== "code") return redirect("login");
      issueCode(world, session);
      return html(codePage(session));
    case "POST /code":
      if (session.state !== "code" || form.get("code") !== session.code) {
        return html(codePage(session, "The code is wrong"), 422);
      }
      session.state = "open";
      return redirect("overview");
    default:
      return null;
  }
}

/** What only somebody sees who is signed in. */
async function visitInside(world: DemoBankWorld, session: DemoSession, route: string): Promise<SiteReply> {
  if (session.state !== "open") return redirect(route.includes("/reports/") ? "../login" : "login");
  const today = world.options.today ?? Date.now();
  const behaviour = CUSTOMERS[session.username ?? ""];
  switch (route) {
    case "GET /overview":
      if (behaviour === "slow") await delay(world.options.slow_ms ?? SLOW_MS, undefined, { ref: false });
      return html(overviewPage(session, today, behaviour === "changed"));
    case "GET /reports":
      return html(reportsPage(session));
    case "GET /reports/all":
      return html(allReportsPage(session));
    case "GET /reports/transactions.csv":
      return file(transactionsCsv(today));
    case "POST /reports/holdings":
      return file(holdingsXls(today));
    case "GET /reports/statement.xml":
      return file(statementCamt(today));
    case "GET /reports/statement.sta":
      return file(statementMt940(today));
    case "GET /positions":
      return html(positionsPage(session));
    case "GET /positions.json":
      return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(positionsOf(today)) };
    case "POST /logout":
      world.sessions.delete(session.id);
      return html(signedOutPage());
    default:
      return html(page("Not found", "<p>There is no such page.</p>"), 404);
  }
}

export const html = (body: string, status = 200): SiteReply => ({
  status,
  headers: { "Content-Type": "text/html; charset=utf-8" },
  body,
});

export const redirect = (location: string, status = 303): SiteReply => ({
  status,
  headers: { Location: location },
  body: "",
});

const file = ({ filename, content_type, content }: DemoFile): SiteReply => ({
  status: 200,
  headers: { "Content-Type": content_type, "Content-Disposition": `attachment; filename="${filename}"` },
  body: content,
});
