import { exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { errorBody, ORIGIN, PASSWORD, send, sendUnder, signIn } from "../platform/auth/client.ts";
import { LOGIN, newCustomer, refusing, TWO_ROWS } from "./bank/customer.ts";
import errors from "./bank/errors.json" with { type: "json" };
import { questions } from "./bank/questions.ts";
import routes from "./bank/routes.json" with { type: "json" };
import samples from "./bank/samples.json" with { type: "json" };
import { findDifferences, type Sample } from "./shapes.ts";

const sampleOf = new Map<string, Sample>(Object.entries(samples));
const statusOf = (route: string) =>
  ({ "POST /netbank/credentials": 201, "DELETE /netbank/credentials": 204 })[route] ?? 200;

afterEach(() => {
  vi.useRealTimers();
});

describe("the bank document", () => {
  it("has a question for every route that it names, and a route for every sample", () => {
    expect(Object.keys(questions).toSorted()).toEqual(routes.toSorted());
    expect([...sampleOf.keys()].filter((route) => !routes.includes(route))).toEqual([]);
  });

  it("names no route that is not mounted", async () => {
    const described = await exports.default.fetch("http://localhost/openapi.json");
    const { paths } = await described.json<{ paths: Record<string, Record<string, unknown>> }>();
    const mounted = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.filter((route) => !mounted.includes(route))).toEqual([]);
  });

  it.each(routes)("%s answers as the document prints it", async (route) => {
    const sample = sampleOf.get(route);
    const response = await questions[route]?.("");
    expect(response?.status).toBe(statusOf(route));
    if (sample?.response === undefined) return;
    expect(findDifferences(allReady(await response?.json()), sample)).toEqual([]);
  });

  it.each(routes.filter((route) => route !== "GET /"))("%s answers with a slash at its end, too", async (route) => {
    const response = await questions[route]?.("/");
    expect(response?.status).toBe(statusOf(route));
  });

  it("says who it is at its root", async () => {
    const response = await questions["GET /"]?.("");
    expect(await response?.json()).toMatchObject({ message: expect.any(String), version: expect.any(String) });
  });

  it.each(routes.filter((route) => !["GET /", "GET /health"].includes(route)))(
    "%s allows browsers GET, POST, PUT and DELETE",
    async (route) => {
      const [method = "", path = ""] = route.replace("{filename}", "data.csv").split(" ");
      const response = await send("OPTIONS", path, {
        headers: { Origin: "https://app.example.org", "Access-Control-Request-Method": method },
      });
      const allowed = response.headers.get("Access-Control-Allow-Methods");
      expect(allowed?.split(",").toSorted()).toEqual(["DELETE", "GET", "POST", "PUT"]);
    },
  );

  it.each(["POST /user/login", "POST /user/password-reset", "POST /netbank/credentials", "POST /user/next_run"])(
    "%s takes no body beyond 1 MiB, announced or not",
    async (route) => {
      const [method = "", path = ""] = route.split(" ");
      const { token } = await newCustomer();
      const body = JSON.stringify({ email: "x".repeat(1_048_576) });
      const chunks = new Blob([body]).stream();
      for (const content of [body, chunks]) {
        const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
        const request = new Request(`${ORIGIN}${path}`, { method, headers, body: content });
        const response = await exports.default.fetch(request);
        expect(response.status).toBe(413);
        expect(await response.json()).toEqual(errorBody("TOO_LARGE", "Request body too large"));
      }
    },
  );
});

/** What is not set up here says why it is not ready; the document's sample shows a place where all is. */
function allReady(live: unknown): unknown {
  if (typeof live !== "object" || live === null || !("components" in live)) return live;
  const names = Object.keys(live.components ?? {});
  return { ...live, components: Object.fromEntries(names.map((name) => [name, { ready: true, error: null }])) };
}

describe("the route check list", () => {
  it("gives known and unknown addresses the same answer to a reset", async () => {
    const { email } = await newCustomer();
    const answers = await Promise.all(
      [email, "nobody@example.org"].map(async (address) => {
        const response = await sendUnder({}, "POST", "/user/password-reset", { json: { email: address } });
        return [response.status, await response.text()];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it("deletes credentials once", async () => {
    const customer = await newCustomer();
    await customer.ask("POST", "/netbank/credentials", LOGIN);
    expect((await customer.ask("DELETE", "/netbank/credentials")).status).toBe(204);
    const again = await customer.ask("DELETE", "/netbank/credentials");
    expect([again.status, await again.json()]).toEqual([404, errorBody("NOT_FOUND", "Credentials not found")]);
  });

  it.each([
    ["/data/list?limit=0", 422],
    ["/data/list?limit=501", 422],
    ["/data/list?offset=-1", 422],
    ["/data/files/data.csv/preview?rows=0", 422],
    ["/data/files/data.csv/preview?rows=5001", 422],
    ["/data/files/data.csv/series", 422],
    ["/data/files/data.csv/series?y=value&max_points=9", 422],
    ["/data/files/data.csv/series?y=value&max_points=100001", 422],
    ["/data/files/a%20b.csv/preview", 400],
    ["/data/files/x.exe/preview", 400],
  ])("answers %s with %d", async (path, status) => {
    const customer = await newCustomer();
    await customer.upload("data.csv", TWO_ROWS);
    expect((await customer.ask("GET", path)).status).toBe(status);
  });

  it.each([
    ["username", ""],
    ["username", "x".repeat(129)],
    ["account_number", ""],
    ["account_number", "x".repeat(65)],
    ["password", ""],
    ["password", "x".repeat(257)],
    ["password", 5],
  ])("takes no credentials whose %s is %j", async (field, value) => {
    const answer = await (await newCustomer()).ask("POST", "/netbank/credentials", { ...LOGIN, [field]: value });
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ field }] }]);
  });
});

/** What makes each error of the document's table happen, by the front door. */
const causes: Record<string, () => Promise<Response>> = {
  INVALID_TOKEN: () => send("GET", "/user/me", { token: "not.a.token" }),

  async TOKEN_EXPIRED() {
    const { token } = await newCustomer();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_601_000 });
    return send("GET", "/data/list", { token });
  },

  MISSING_TOKEN: () => send("GET", "/data/list"),

  async LOGIN_FAILED() {
    const { email } = await newCustomer();
    return send("POST", "/user/login", { json: { email, password: "another password" } });
  },

  async REGISTRATION_FAILED() {
    const { email } = await newCustomer();
    return send("POST", "/user/register", { json: { email, password: PASSWORD } });
  },

  async USER_BLOCKED() {
    const customer = await newCustomer();
    await customer.ask("POST", "/user/unregister");
    return customer.ask("GET", "/data/list");
  },

  FILE_NOT_FOUND: async () => (await newCustomer()).ask("GET", "/data/files/absent.csv/preview"),

  async FILE_SIZE_EXCEEDED() {
    const customer = await newCustomer();
    await customer.upload("large.pkl", "N.".repeat(10));
    const settings = { ALLOW_PICKLE_PREVIEW: "true", PICKLE_MAX_BYTES: "10" };
    return customer.askUnder(settings, "GET", "/data/files/large.pkl/preview");
  },

  async DESERIALIZATION_ERROR() {
    const customer = await newCustomer();
    await customer.upload("broken.parquet", "this is no Parquet");
    return customer.ask("GET", "/data/files/broken.parquet/preview");
  },

  async DESERIALIZATION_DISABLED() {
    const customer = await newCustomer();
    await customer.upload("report.pkl", "N.");
    return customer.ask("GET", "/data/files/report.pkl/preview");
  },

  async JOB_NOT_FOUND() {
    const customer = await newCustomer();
    await customer.ask("PUT", "/user/schedule", { enabled: false });
    return customer.ask("POST", "/user/next_run");
  },

  async JOB_START_ERROR() {
    const customer = await newCustomer();
    return customer.askUnder({ DB: refusing(/insert into "jobs"/i) }, "PUT", "/user/collect_automatically");
  },

  async INTERNAL_ERROR() {
    const customer = await newCustomer();
    return customer.askUnder({ DB: refusing(/from "data_files"/i) }, "GET", "/data/list");
  },
};

/** Happens where people's passwords are Firebase's, and is made to happen in its own tests. */
const ELSEWHERE = ["FIREBASE_ERROR"];

describe("the document's table of errors", () => {
  it("has a cause for each", () => {
    expect([...Object.keys(causes), ...ELSEWHERE].toSorted()).toEqual(errors.map(({ code }) => code).toSorted());
  });

  it.each(errors.filter(({ code }) => !ELSEWHERE.includes(code)))(
    "$code comes with $status",
    async ({ code, status }) => {
      const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
      const response = await causes[code]?.();
      quiet.mockRestore();
      const body = await response?.json<{ message: string }>();
      expect([response?.status, body]).toEqual([status, errorBody(code, body?.message ?? "")]);
      expect(body?.message).not.toBe("");
    },
  );

  it("tells a person who comes back within the grace nothing of it", async () => {
    const customer = await newCustomer();
    await customer.ask("POST", "/user/unregister");
    const token = await signIn({ email: customer.email, password: PASSWORD });
    expect((await send("GET", "/data/list", { token })).status).toBe(200);
  });
});
