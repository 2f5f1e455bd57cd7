import type { ConnectorIo } from "../../connector.ts";
import { CloudRefusal, malformedAnswer } from "../errors.ts";
import { text } from "../json.ts";
import type { CloudClient, Page } from "../service.ts";
import { type JsonAnswer, readJsonAnswer } from "../json-answer.ts";
import { failureOf } from "./failures.ts";
import type { TokenSource } from "./token.ts";

/** A GET of Azure Resource Manager. */
export interface AzureCall {
  /** Path with a leading slash, not yet percent-encoded: a resource's id, or one of its collections. */
  path: string;
  /** `api-version` of the query. */
  version: string;
  query?: Readonly<Record<string, string>>;
  /** Whether the answer is `{ value: […], nextLink? }`. */
  list?: boolean;
}

/** Speaks to one subscription; `manager` is the base URL of Azure Resource Manager. Throws as `CloudClient.send` does. */
export function openClient(io: ConnectorIo, manager: string, tokens: TokenSource): CloudClient<AzureCall> {
  return {
    async send(call, _scope, link) {
      const name = nameOf(call);
      const url = addressOf(manager, call, link);
      const headers = { Accept: "application/json", Authorization: `Bearer ${await tokens.read()}` };
      const answer = await readJsonAnswer(io, name, url, { headers });
      if (answer.status === 401) tokens.forget();
      if (answer.status !== 200) throw failureOf(name, answer);
      return pageOf(call, answer, link);
    },
  };
}

/** How reasons call a request: its path within the subscription. */
const nameOf = ({ path }: AzureCall) => path.replace(/^\/subscriptions\/[^/]+(?=\/)/, "");

/** Throws `CloudRefusal` for an id or a link that leads away from the endpoint: the token must not follow it. */
function addressOf(manager: string, call: AzureCall, link: string | null): string {
  const [root, ...parts] = call.path.split("/");
  const isPath = root === "" && !parts.some((part) => part === "." || part === "..");
  const query = new URLSearchParams({ "api-version": call.version, ...call.query });
  const url = isPath ? URL.parse(link ?? `${manager}/${parts.map(encodeURIComponent).join("/")}?${query}`) : null;
  if (url?.origin === new URL(manager).origin) return url.href;
  throw new CloudRefusal(nameOf(call), 400, "ForeignAddress", "the answer leads to another host");
}

function pageOf(call: AzureCall, { body }: JsonAnswer, link: string | null): Page {
  const next = text(body?.["nextLink"]);
  const isWhole = body !== null && (!call.list || Array.isArray(body["value"]));
  // A page that leads to itself would be asked for ever.
  if (!isWhole || (next !== null && next === link)) throw malformedAnswer(nameOf(call));
  return { body, next };
}
