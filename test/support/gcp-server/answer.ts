import type { Method } from "./discovery.ts";
import { findMethod } from "./paths.ts";
import { findRecorded } from "./recorded.ts";
import { isAggregated, type Item, listMember, makeAnswer, makeEntries } from "./synthesize.ts";
import type { Reply, World } from "./world.ts";

interface Call {
  verb: string;
  host: string;
  url: URL;
  /** The Authorization header. */
  token: string | undefined;
  body: Item | "";
}

type Answer = Omit<Reply, "on">;

const MADE_UP = 3;

/** Answers one call of an API as its discovery document promises. */
export function answerCall(world: World, call: Call): Answer {
  const { host, url } = call;
  if (!world.tokens.has(call.token?.replace(/^Bearer /, "") ?? "")) {
    return refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "ACCESS_TOKEN_INVALID");
  }
  const body = call.body || {};
  const method = findMethod(call.verb, host, url, body);
  if (typeof method === "string") {
    world.unknown.push(method);
    return refuse(404, "NOT_FOUND", method);
  }
  world.requests.push({ method: method.id, path: `${url.pathname}${url.search}` });
  const path = url.pathname;
  if (method.id === "serviceusage.v1:services.get") {
    const name = decodeURIComponent(path.split("/").at(-1) ?? "");
    return {
      body: { name: path.slice("/v1/".length), state: world.options.off.includes(name) ? "DISABLED" : "ENABLED" },
    };
  }
  if (world.options.off.includes(host)) {
    const message = `${host} has not been used in this project before or it is disabled.`;
    return refuse(403, "PERMISSION_DENIED", message, "SERVICE_DISABLED");
  }
  const token = url.searchParams.get("pageToken") ?? body["pageToken"] ?? null;
  return listMember(method) ? answerList(world, method, path, token) : answerOne(world, method, path);
}

function answerOne({ options }: World, method: Method, path: string): Answer {
  const body = findRecorded(method, path)?.body;
  if (body && options.answers === "recorded") return { body };
  if (options.answers === "synthetic") return { body: makeAnswer(method, path) };
  return refuse(403, "PERMISSION_DENIED", "The caller does not have permission", "IAM_PERMISSION_DENIED");
}

function answerList({ options }: World, method: Method, path: string, token: unknown): Answer {
  const isRecorded = options.answers === "recorded";
  const entries = isRecorded ? (findRecorded(method, path)?.entries ?? []) : makeEntries(method, path, MADE_UP);
  const { member = "" } = listMember(method) ?? {};
  const hasPages = "pageToken" in method.query || method.body.includes("pageToken");
  if (!hasPages) return { body: { [member]: entries } };
  const from = token === null ? 0 : readToken(path, String(token));
  if (from === null) return refuse(400, "INVALID_ARGUMENT", "The page token is not one of this list.");
  const page = entries.slice(from, from + options.page_size);
  const until = from + page.length;
  const next = until < entries.length ? { nextPageToken: btoa(`${path} ${until}`) } : {};
  return { body: { ...(isAggregated(method) ? divide(page, member) : { [member]: page }), ...next } };
}

/** Where a page goes on; null for a token that this list did not give. */
function readToken(path: string, token: string): number | null {
  const [of, place] = atob(token).split(" ");
  return of === path ? Number(place) : null;
}

/** Entries by the zone or region they are in; places without any have a warning. */
function divide(entries: unknown[], member: string): Item {
  const scopes: Record<string, Item> = {
    "zones/europe-west1-b": { warning: { code: "NO_RESULTS_ON_PAGE", message: "There are no results." } },
  };
  const grouped = Object.groupBy(entries as Item[], ({ zone, region }) => {
    const place = String(zone ?? region ?? "global");
    return /(?:zones|regions)\/[\w-]+$/.exec(place)?.[0] ?? "global";
  });
  for (const [scope, group] of Object.entries(grouped)) scopes[scope] = { [member]: group };
  return { items: scopes };
}

const refuse = (code: number, status: string, message: string, reason?: string): Answer => ({
  status: code,
  body: {
    error: {
      code,
      message,
      status,
      ...(reason && {
        details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com" }],
      }),
    },
  },
});
