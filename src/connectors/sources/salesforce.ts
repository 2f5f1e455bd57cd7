import { z } from "zod";
import { upstreamFailed } from "../../errors.ts";
import { apiUrl, hostLabel, resourceNames, secretName } from "./config-fields.ts";
import type { IssuedToken, RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { rowsAt, valueAt } from "./rest/select.ts";
import type { SourceIo, SourceRow, SourceType } from "./source.ts";

/** Objects by the name of their resource. */
const OBJECTS: Record<string, string> = {
  ...{ account: "Account", contact: "Contact", lead: "Lead", opportunity: "Opportunity", campaign: "Campaign" },
  ...{ task: "Task", event: "Event", sf_user: "User", user_role: "UserRole", product_2: "Product2" },
  ...{ opportunity_line_item: "OpportunityLineItem", opportunity_contact_role: "OpportunityContactRole" },
  ...{ campaign_member: "CampaignMember", pricebook_2: "Pricebook2", pricebook_entry: "PricebookEntry" },
};
/** Types that are parts of other fields, or too large for a query. */
const LEFT_OUT = new Set(["address", "location", "base64"]);
/** A session lives for two hours unless the organization says otherwise; fifteen minutes is the least. */
const SESSION_SECONDS = 900;

const config = z.strictObject({
  domain: hostLabel().describe("acme of acme.my.salesforce.com"),
  user_name_env: secretName().default("SALESFORCE_USER_NAME"),
  password_env: secretName().default("SALESFORCE_PASSWORD"),
  security_token_env: secretName().default("SALESFORCE_SECURITY_TOKEN"),
  resources: resourceNames().default(Object.keys(OBJECTS)),
  api_version: z
    .string()
    .regex(/^\d+\.0$/, "must be a version such as 62.0")
    .default("62.0"),
  api_url: apiUrl().optional().describe("https://{domain}.my.salesforce.com when absent"),
});

/** A query names its fields: all that the description of the object has. */
const describeFields = (body: unknown): SourceRow[] => {
  const fields = rowsAt("fields")(body).filter(({ type }) => !LEFT_OUT.has(String(type)));
  return [{ fields: fields.map(({ name }) => name).join(",") }];
};

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm */
const createResources = (version: string): RestResource[] =>
  Object.entries(OBJECTS).flatMap(([name, object]): RestResource[] => [
    {
      name: `${name}_fields`,
      hidden: true,
      path: `services/data/v${version}/sobjects/${object}/describe`,
      rows: describeFields,
      paginator: { kind: "single" },
      primary_key: [],
      write_disposition: "replace",
      cursor_field: null,
    },
    {
      name,
      path: `services/data/v${version}/query`,
      query: {
        q: `SELECT {fields} FROM ${object} WHERE SystemModstamp >= {since|start_date:iso} ORDER BY SystemModstamp`,
      },
      rows: "records",
      paginator: { kind: "next_url", path: "nextRecordsUrl" },
      primary_key: ["Id"],
      write_disposition: "merge",
      cursor_field: "SystemModstamp",
      parent: { rows: `${name}_fields`, values: { fields: "fields" } },
      map: withoutAttributes,
    },
  ]);

/** Each record has its type and address beside its fields. */
const withoutAttributes = (row: SourceRow): SourceRow =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== "attributes"));

const escapeXml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * A session by name, password and security token: the only login that needs no connected app.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_login.htm
 */
async function logIn(io: SourceIo, url: string, user: string, password: string): Promise<IssuedToken> {
  const login = `<login xmlns="urn:partner.soap.sforce.com"><username>${escapeXml(user)}</username><password>${escapeXml(password)}</password></login>`;
  const response = await io
    .fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "text/xml; charset=UTF-8", SOAPAction: "login" },
      body: `<?xml version="1.0" encoding="utf-8"?><Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${login}</Body></Envelope>`,
    })
    .catch((cause: unknown) => {
      throw upstreamFailed("Salesforce: login: could not be reached", { retry_after: 1, cause });
    });
  const text = await response.text();
  const token = /<sessionId>([^<]+)<\/sessionId>/.exec(text)?.[1];
  if (response.ok && token) return { token, seconds: SESSION_SECONDS };
  const reason = /<faultstring>([^<]*)<\/faultstring>/.exec(text)?.[1];
  // Faults of the caller come with status 500 too.
  if (reason) throw upstreamFailed(`Salesforce: login: the credentials are refused (401): ${reason}`);
  throw upstreamFailed(`Salesforce: login: answered ${response.status}`, { retry_after: 1 });
}

/** Salesforce: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ */
export const salesforce: SourceType<typeof config> = {
  type: "salesforce",
  group: "crm",
  title: "Salesforce",
  description: "Accounts, contacts, leads, opportunities and other objects with all their fields",
  unavailable: null,
  config,
  open: ({ domain, user_name_env, password_env, security_token_env, resources, api_version, api_url }, io) => {
    const base = (api_url ?? `https://${domain}.my.salesforce.com`).replace(/\/+$/, "");
    return openRestApi(io, {
      name: "Salesforce",
      base_url: base,
      auth: async ({ secret }) => {
        const user = await secret(user_name_env);
        const password = `${await secret(password_env)}${await secret(security_token_env)}`;
        const ask = () => logIn(io, `${base}/services/Soap/u/${api_version}`, user, password);
        return { kind: "token", header: "Authorization", prefix: "Bearer ", ask };
      },
      resources: createResources(api_version),
      selected: resources,
      check: { path: `services/data/v${api_version}/limits` },
      start_date: "1970-01-01",
      refusalIn: (body, status) => {
        const isLimited = valueAt(body, "[0].errorCode") === "REQUEST_LIMIT_EXCEEDED" && status === 403;
        return isLimited ? { status: 429, message: String(valueAt(body, "[0].message")) } : null;
      },
    });
  },
};
