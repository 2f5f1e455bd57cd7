import Papa from "papaparse";
import { type Artifact, artifactSchema } from "../../connectors/clouds/artifact.ts";
import type { Context } from "../../context.ts";
import { eachDocument } from "./documents.ts";
import type { ReadingFilter } from "./reading.store.ts";

const COLUMNS = [
  ...["cloud_provider", "account", "resource_type", "resource_id", "service", "region"],
  ...["resource_group", "labels", "configuration"],
];

/** All artifacts of an extraction as a download that is made while it is read. */
export function streamArtifacts(
  ctx: Context,
  job_id: string,
  filter: ReadingFilter,
  format: "ndjson" | "csv",
): Response {
  const documents = eachDocument(ctx, job_id, filter);
  const encoder = new TextEncoder();
  let headed = format === "ndjson";
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!headed) {
        headed = true;
        return controller.enqueue(encoder.encode(`${COLUMNS.join(",")}\r\n`));
      }
      const { value, done } = await documents.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(format === "ndjson" ? `${value}\n` : `${toCsv(value)}\r\n`));
    },
    async cancel() {
      await documents.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "Content-Type": format === "ndjson" ? "application/x-ndjson" : "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${job_id}.${format}"`,
    },
  });
}

function toCsv(document: string): string {
  const { cloud_provider, resource_type, metadata, configuration } = artifactSchema.parse(JSON.parse(document));
  const { resource_id, service, region, resource_group, labels } = metadata;
  const cells = [
    ...[cloud_provider, accountOf(metadata), resource_type, resource_id, service, region, resource_group ?? ""],
    ...[JSON.stringify(labels), JSON.stringify(configuration)],
  ];
  return Papa.unparse([cells]);
}

const accountOf = ({ account_id, subscription_id, project_id }: Artifact["metadata"]) =>
  account_id ?? subscription_id ?? project_id ?? "";
