import { describe, expect, test } from "vitest";
import { restApiConfig } from "../../../src/connectors/sources/rest-api-config.ts";
import { answering, everything, failureOf, openSource, readAll } from "./exchanges.ts";

const base = { base_url: "https://api.example.org/v1" };
const rows = (...ids: number[]) => ids.map((id) => ({ id }));

/** Reads one endpoint with the answers, and gives the rows' ids and the requests. */
async function readEndpoint(endpoint: Record<string, unknown>, answers: unknown[], range = everything) {
  const { io, asked } = answering(answers.map((answer) => ({ answer })));
  const config = { ...base, endpoints: [{ path: "items", ...endpoint }] };
  const found = await readAll(openSource("rest_api", config, io), "items", range);
  return {
    ids: found.map(({ id }) => id),
    requests: asked.map(({ request }) => request.replace(base.base_url, "")),
    asked,
  };
}

describe("credentials", () => {
  test.for<[auth: Record<string, string>, url: string, headers: Record<string, string>]>([
    [{ auth_type: "none" }, "", {}],
    [{ auth_type: "bearer", auth_token_env: "T" }, "", { authorization: "Bearer value-of-T" }],
    [{ auth_type: "api_key", auth_token_env: "T" }, "", { "x-api-key": "value-of-T" }],
    [
      { auth_type: "api_key", auth_token_env: "T", api_key_name: "key", api_key_location: "query" },
      "?key=value-of-T",
      {},
    ],
    [
      { auth_type: "basic", basic_username_env: "U", basic_password_env: "P" },
      "",
      { authorization: `Basic ${btoa("value-of-U:value-of-P")}` },
    ],
    [{ auth_type: "custom_header", auth_header_name: "X-Me", auth_token_env: "T" }, "", { "x-me": "value-of-T" }],
  ])("of %o are sent", async ([auth, query, headers]) => {
    const { io, asked } = answering([{ answer: rows(1) }]);
    await openSource("rest_api", { ...base, ...auth, endpoints: [{ path: "items" }] }, io).check();
    expect(asked[0]?.request).toBe(`GET https://api.example.org/v1/items${query}`);
    expect(asked[0]?.headers).toMatchObject(headers);
  });

  test("of an OAuth client are changed for one token, which all requests share", async () => {
    const { io, asked } = answering([
      { answer: { access_token: "issued", expires_in: 3600 } },
      { answer: rows(1) },
      { answer: rows(2) },
    ]);
    const auth = {
      auth_type: "oauth2_client_credentials",
      access_token_url: "https://login.example.org/token",
      client_id_env: "I",
      client_secret_env: "S",
    };
    const source = openSource("rest_api", { ...base, ...auth, endpoints: [{ path: "items" }] }, io);
    await readAll(source, "items");
    await readAll(source, "items");
    expect(asked.map(({ request }) => request)).toEqual([
      "POST https://login.example.org/token",
      "GET https://api.example.org/v1/items",
      "GET https://api.example.org/v1/items",
    ]);
    expect(asked[0]?.body).toBe("grant_type=client_credentials&client_id=value-of-I&client_secret=value-of-S");
    expect(asked[2]?.headers["authorization"]).toBe("Bearer issued");
  });

  test("that the config does not name are asked for by their keys", () => {
    const result = restApiConfig.safeParse({ ...base, auth_type: "basic", endpoints: [{ path: "items" }] });
    expect(result.error?.issues.map(({ path }) => path.join("."))).toEqual([
      "basic_username_env",
      "basic_password_env",
    ]);
  });
});

describe("paging", () => {
  test.for<[paginator: Record<string, unknown>, answers: unknown[], second: string]>([
    [{ type: "page_number", page_size: 2 }, [{ data: rows(1, 2) }, { data: rows(3) }], "/items?page=2"],
    [
      { type: "page_number", base_page: 0, total_path: "pages" },
      [
        { data: rows(1, 2), pages: 2 },
        { data: rows(3), pages: 2 },
      ],
      "/items?page=1",
    ],
    [{ type: "offset", limit: 2 }, [{ data: rows(1, 2) }, { data: rows(3) }], "/items?limit=2&offset=2"],
    [
      { type: "offset", limit: 3, total_path: "total" },
      [
        { data: rows(1, 2), total: 3 },
        { data: rows(3), total: 3 },
      ],
      "/items?limit=3&offset=2",
    ],
    [
      { type: "cursor", cursor_path: "next.after", cursor_param: "after" },
      [
        { data: rows(1, 2), next: { after: "c d" } },
        { data: rows(3), next: null },
      ],
      "/items?after=c+d",
    ],
    [
      { type: "last_id" },
      [
        { data: rows(1, 2), has_more: true },
        { data: rows(3), has_more: false },
      ],
      "/items?starting_after=2",
    ],
    [
      { type: "json_link", next_url_path: "links.next" },
      [
        { data: rows(1, 2), links: { next: "/v1/items?p=2" } },
        { data: rows(3), links: {} },
      ],
      "/items?p=2",
    ],
    [
      { type: "auto" },
      [
        { data: rows(1, 2), next: "https://api.example.org/v1/items?p=2" },
        { data: rows(3), next: null },
      ],
      "/items?p=2",
    ],
  ])("by %o reads all rows once", async ([paginator, answers, second]) => {
    const { ids, requests } = await readEndpoint({ paginator, data_selector: "data" }, answers);
    expect(ids).toEqual([1, 2, 3]);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toBe(`GET ${second}`);
  });

  test("puts a cursor into the body of a POST", async () => {
    const paginator = { type: "cursor", cursor_path: "next", cursor_param: "page.after", cursor_location: "body" };
    const endpoint = { method: "POST", body: { page: { size: 2 } }, paginator, data_selector: "data" };
    const { asked } = await readEndpoint(endpoint, [{ data: rows(1), next: "n" }, { data: rows(2) }]);
    expect(asked.map(({ body }) => body)).toEqual([{ page: { size: 2 } }, { page: { size: 2, after: "n" } }]);
  });

  test.for(["https://evil.example.org/items", "//evil.example.org/items", "http://api.example.org/items"])(
    "never follows a link to another origin: %s",
    async (next) => {
      const { io, asked } = answering([{ answer: { data: rows(1), next } }]);
      const config = {
        ...base,
        auth_type: "bearer",
        auth_token_env: "T",
        endpoints: [{ path: "items", data_selector: "data" }],
      };
      const failure = await failureOf(readAll(openSource("rest_api", config, io), "items"));
      expect(failure).toMatchObject({
        status: 502,
        message: expect.stringContaining("the next page is at another origin"),
      });
      expect(asked).toHaveLength(1);
    },
  );

  test("refuses an answer that has more but does not say where", async () => {
    const failure = await failureOf(readEndpoint({}, [{ data: rows(1), has_more: true }]));
    expect(String(failure)).toContain("the answer has another page (has_more); say how to ask for it by paginator");
  });

  test("refuses a page that leads to itself", async () => {
    const answer = { data: rows(1), next: "same" };
    const paginator = { type: "cursor", cursor_path: "next" };
    expect(String(await failureOf(readEndpoint({ paginator }, [answer, answer])))).toContain("a page leads to itself");
  });
});

describe("rows", () => {
  test("keep integers that a number would round", async () => {
    const { ids } = await readEndpoint({}, ['[{"id":9007199254740993},{"id":12},{"id":"9007199254740993"}]']);
    expect(ids).toEqual([9007199254740993n, 12, "9007199254740993"]);
  });

  test("are not guessed where an answer has several lists", async () => {
    const failure = await failureOf(readEndpoint({}, [{ users: rows(1), groups: rows(2) }]));
    expect(String(failure)).toContain("the answer has several lists (users, groups); say which by data_selector");
  });

  test("are missed when they are not where the config says", async () => {
    expect(String(await failureOf(readEndpoint({ data_selector: "data.items" }, [{ data: {} }])))).toContain(
      "the answer has no data.items",
    );
  });

  test("of a child are asked for by each row of its parent", async () => {
    const { io, asked } = answering([{ answer: rows(7, 8) }, { answer: [{ text: "a" }] }, { answer: [] }]);
    const parent = { endpoint: "items", values: { item: "id" }, columns: { item_id: "item" } };
    const endpoints = [{ path: "items" }, { path: "items/{item}/notes", parent }];
    const found = await readAll(openSource("rest_api", { ...base, endpoints }, io), "notes");
    expect(found).toEqual([{ text: "a", item_id: "7" }]);
    expect(asked.map(({ request }) => new URL(request.slice(4)).pathname)).toEqual([
      "/v1/items",
      "/v1/items/7/notes",
      "/v1/items/8/notes",
    ]);
  });

  test("are asked for from where the last sync ended, and without that parameter when there was none", async () => {
    const endpoint = { params: { since: "{since|start_date:iso}", until: "{end_date:unix}", q: "{x}" } };
    const first = await readEndpoint(endpoint, [[]]);
    expect(first.requests).toEqual(["GET /items?q=%7Bx%7D"]);
    const range = { since: "1709287200", start_date: "2024-01-01", end_date: "2024-03-31" };
    const next = await readEndpoint(endpoint, [[]], range);
    expect(next.requests).toEqual(["GET /items?since=2024-03-01T10%3A00%3A00Z&until=1711929599&q=%7Bx%7D"]);
  });
});

describe("a failure", () => {
  test.for<
    [status: number, headers: Record<string, string>, expected: { status: number; retry_after: number | undefined }]
  >([
    [429, { "Retry-After": "Sat, 01 Jun 2024 12:00:30 GMT" }, { status: 429, retry_after: 30 }],
    [403, { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1717243260" }, { status: 429, retry_after: 60 }],
    [403, {}, { status: 502, retry_after: undefined }],
    [404, {}, { status: 502, retry_after: undefined }],
    [400, {}, { status: 502, retry_after: undefined }],
    [302, { Location: "https://evil.example.org" }, { status: 502, retry_after: undefined }],
    [500, {}, { status: 502, retry_after: 1 }],
    [503, { "Retry-After": "20" }, { status: 502, retry_after: 20 }],
    [200, {}, { status: 502, retry_after: 1 }],
  ])("with status %i and headers %o says whether trying again can help", async ([status, answer_headers, expected]) => {
    const { io } = answering([{ status, answer_headers, answer: '{"cut' }]);
    const source = openSource("rest_api", { ...base, endpoints: [{ path: "items" }] }, io);
    expect(await failureOf(source.page("items", null, everything))).toMatchObject(expected);
  });

  test("does not repeat a secret that the upstream repeats", async () => {
    const { io } = answering([{ status: 400, answer: { message: "bad key value-of-T" } }]);
    const auth = { auth_type: "api_key", auth_token_env: "T", api_key_location: "query" };
    const source = openSource("rest_api", { ...base, ...auth, endpoints: [{ path: "items" }] }, io);
    expect(await failureOf(source.check())).toMatchObject({
      message: "REST API: GET /v1/items: refused with 400: bad key ***",
    });
  });
});
