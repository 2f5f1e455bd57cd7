import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { storeSecret } from "../../src/domains/warehouse/secrets.ts";
import { openStripeWorld } from "../support/rest-server/client.ts";
import { openDbtWorld, runDbt, send } from "../domains/warehouse/dbt.ts";
import { answerOf, ask, sync, upload } from "../domains/warehouse/syncs.ts";
import { findDifferences, type Sample } from "./shapes.ts";
import routes from "./warehouse/routes.json" with { type: "json" };
import samples from "./warehouse/samples.json" with { type: "json" };

/** `differs` names what is null here: no process watches files, and neither Metabase nor an organization is configured. */
const sampleOf = new Map<string, Sample & { differs?: string[] }>(Object.entries(samples));

const FILE = "/data/uploads/sales/sales_2024.csv";

const METRICS = `{{ config(materialized='table', schema='marts') }}
SELECT count(*) AS customers FROM {{ source('raw_stripe_payments', 'customers') }}`;

/** The document's two sources, with rows in them, and the models over them. */
async function openProject(): Promise<void> {
  const stripe = await openStripeWorld({ count: 5 });
  const world = openDbtWorld();
  await storeSecret(world.ctx, "STRIPE_API_KEY", stripe.key);
  const config = { api_url: stripe.url, endpoints: ["charges", "customers"] };
  await answerOf("POST", "/sources", { name: "stripe_payments", type: "stripe", config });
  await answerOf("POST", "/sources", { name: "sales_data", type: "csv", config: { directory: "data/uploads/sales" } });
  await upload("sales_data", "sales_2024.csv", "id,amount\n1,10\n");
  await sync(world, "stripe_payments");
  await sync(world, "sales_data");
  await send("PUT", "/dbt/project/models/marts/customer_metrics.sql", METRICS);
  await runDbt(world, { command: "run", select: ["customer_metrics"] });
}

/** Asks as the document does. */
async function question(route: string, body: unknown): Promise<Response> {
  const [method = "", path = ""] = route.split(" ");
  const name = path.includes("csv") ? "sales_data" : "stripe_payments";
  const address = path
    .replace(/^\/api/, "")
    .replace("{source_name}", name)
    .replace("{model_name}", "customer_metrics");
  if (method === "DELETE") return ask(method, `${address}?file_path=${encodeURIComponent(FILE)}`);
  if (!path.endsWith("upload-csv")) return ask(method, address, body);
  const form = new FormData();
  form.append("file", new File(["id,amount\n2,20\n"], "sales_2025.csv"));
  return ask(method, address, form);
}

describe("the warehouse document", () => {
  it("names no route here that is not mounted", async () => {
    const document = await (
      await exports.default.fetch("http://localhost/openapi.json")
    ).json<{
      paths: Record<string, Record<string, unknown>>;
    }>();
    const mounted = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.filter((route) => !mounted.includes(route))).toEqual([]);
  });

  it.each(routes)("%s answers as the document prints it", async (route) => {
    await openProject();
    const sample = sampleOf.get(route);
    const response = await question(route, sample?.body);
    expect(response.status).toBe(200);
    if (sample?.response === undefined) return;
    expect(findDifferences(await response.json(), sample)).toEqual(sample.differs ?? []);
  });
});
