import { testContext } from "../../support/context.ts";
import { chores, jobDefinitions } from "../../../src/app.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { PASSWORD, send, sendUnder } from "../../platform/auth/client.ts";
import { LOGIN, newCustomer, THOUSAND_ROWS, TWO_ROWS } from "./customer.ts";

/** Each of the document's routes, asked in a world where its sample is true; `end` is what follows its path. */
export const questions: Record<string, (end: string) => Promise<Response>> = {
  "GET /health": (end) => send("GET", `/health${end}`),
  "GET /": () => send("GET", "/"),
  "POST /user/login": async (end) => {
    const { email } = await newCustomer();
    return send("POST", `/user/login${end}`, { json: { email, password: PASSWORD } });
  },
  "POST /user/logout": async (end) => (await newCustomer()).ask("POST", `/user/logout${end}`),
  "POST /user/password-reset": (end) =>
    sendUnder({}, "POST", `/user/password-reset${end}`, { json: { email: "nobody@example.org" } }),
  "PUT /user/collect_automatically": async (end) =>
    (await newCustomer()).ask("PUT", `/user/collect_automatically${end}`),
  "POST /user/next_run": async (end) => (await newCustomer()).ask("POST", `/user/next_run${end}`),
  "GET /user/job-status": async (end) => (await newCustomer()).ask("GET", `/user/job-status${end}`),
  "POST /netbank/credentials": async (end) => (await newCustomer()).ask("POST", `/netbank/credentials${end}`, LOGIN),
  "DELETE /netbank/credentials": async (end) => {
    const customer = await newCustomer();
    await customer.ask("POST", "/netbank/credentials", LOGIN);
    return customer.ask("DELETE", `/netbank/credentials${end}`);
  },
  "GET /data/list": async (end) => {
    const customer = await newCustomer();
    await customer.upload("report_2025.pkl", "N.");
    await customer.upload("data.csv", TWO_ROWS);
    await customer.upload("summary.json", "[]");
    return customer.ask("GET", `/data/list${end}`);
  },
  "GET /data/files/{filename}/preview": async (end) => {
    const customer = await newCustomer();
    await customer.upload("data.csv", THOUSAND_ROWS);
    return customer.ask("GET", `/data/files/data.csv/preview${end}`);
  },
  "GET /data/files/{filename}/series": async (end) => {
    const customer = await newCustomer();
    await customer.upload("data.csv", TWO_ROWS);
    return customer.ask("GET", `/data/files/data.csv/series${end}?y=value&x=date`);
  },
  "GET /admin/cleanup-metrics": async (end) => {
    await tick(testContext(), jobDefinitions, chores);
    return send("GET", `/admin/cleanup-metrics${end}`);
  },
};
