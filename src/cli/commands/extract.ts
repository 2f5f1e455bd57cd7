import type { Command } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import type { Job } from "../catchment/follow-job.ts";
import { note, printJson } from "../catchment/output.ts";
import { readFilter, readList } from "../catchment/read-options.ts";
import { openSession, type Session } from "../catchment/session.ts";
import { waitForJob } from "../catchment/wait-for-jobs.ts";

interface ExtractOptions {
  provider?: string[];
  service?: string[];
  region?: string[];
  filter?: Record<string, string>;
  wait: boolean;
}

/** `extract`: an inventory of clouds. */
export function addExtractCommand(program: Command): void {
  program
    .command("extract")
    .description("list the resources of clouds, in one job for each provider that is named")
    .option("--provider <names>", "aws, azure, gcp; all when absent", readList)
    .option("--service <names>", "services, such as ec2,s3; all when absent", readList)
    .option("--region <names>", "regions, such as us-east-1; all that are used when absent", readList)
    .option("--filter <key=value>", "only resources with this configuration, such as labels.env=test", readFilter)
    .option("--no-wait", "do not wait for the jobs to end")
    .addHelpText(
      "after",
      `
With --json: { "jobs": [...] }.

Examples:
  catchment extract
  catchment extract --provider aws --service ec2,s3 --region us-east-1
  catchment extract --provider azure,gcp --no-wait --json`,
    )
    .action(extract);
}

async function extract(options: ExtractOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const ids: string[] = [];
  try {
    for (const provider of options.provider ?? [null]) ids.push(await start(session, provider, options));
  } catch (error) {
    for (const id of ids) note(`${id} was started and goes on; catchment jobs cancel ${id} ends it.`);
    throw error;
  }
  const jobs: Job[] = [];
  for (const id of ids) jobs.push(await waitForJob(session, id, options));
  if (session.json) printJson({ jobs });
}

async function start({ client }: Session, provider: string | null, options: ExtractOptions): Promise<string> {
  const { service: services, region: regions, filter: filters } = options;
  const body = { provider, ...(services && { services }), ...(regions && { regions }), ...(filters && { filters }) };
  const { job_id } = await dataOrThrow(client.POST("/extraction/trigger", { body }));
  return job_id;
}
