import { exportPKCS8, generateKeyPair } from "jose";
import { z } from "zod";
import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import type { CloudIo, OpenCloud } from "../../connectors/clouds/cloud.ts";
import { clouds } from "../../connectors/clouds/clouds.ts";
import { CloudRefusal } from "../../connectors/clouds/errors.ts";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { asksForToken, identifyRequest } from "./recorded-request.ts";

/** The answers of a cloud's test server, as `test/support/record-clouds.ts` writes them. */
const recordingSchema = z.object({
  /** Account, subscription or project that was asked. */
  account: z.string(),
  /** Regions that regional services were asked in. */
  regions: z.array(z.string()),
  /** Status and body by what was asked. */
  answers: z.record(z.string(), z.tuple([z.int(), z.string()])),
});
export type Recording = z.infer<typeof recordingSchema>;

const PAUSE_MS = 5;

/** An account whose answers were recorded; for trying the platform out without credentials. */
export async function openRecording(ctx: Context, provider: CloudProvider): Promise<OpenCloud> {
  const recording = await readRecording(ctx, provider);
  const { account, regions } = recording;
  const cloud = await clouds[provider].open(account, await credentials[provider](), replayIo(ctx, recording));
  return {
    ...cloud,
    regions: async () => regions,
    async start(service, scope) {
      const { region } = scope;
      if (region === null || regions.includes(region)) return cloud.start(service, scope);
      throw new CloudRefusal("recording", 404, "NotRecorded", `it has ${regions.join(", ")} only`);
    },
    // Everything was asked for: what a cloud would leave out by itself is left out afterwards.
    step: (service, task, scope) => cloud.step(service, task, { ...scope, regions: null, filters: {} }),
  };
}

async function readRecording(ctx: Context, provider: CloudProvider): Promise<Recording> {
  const response = await ctx.assets.fetch(`https://assets.local/recordings/${provider}.json`);
  if (response.ok) return recordingSchema.parse(await response.json());
  await response.body?.cancel();
  throw unavailable(`There is no recording of ${provider}`);
}

/** Answers requests to the clouds' public hosts from the recording; one that was not recorded is refused. */
const replayIo = (ctx: Context, { answers }: Recording): CloudIo => ({
  now: ctx.now,
  endpoints: { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" },
  async fetch(input, init) {
    const request = new Request(input, init);
    if (asksForToken(request)) return Response.json({ access_token: "recorded", expires_in: 3600 });
    // The local runtime looks at its sockets only when it has nothing else to do: without a pause, nobody else is served.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const answer = answers[await identifyRequest(request)];
    if (answer) return new Response(answer[1], { status: answer[0] });
    const { host, pathname } = new URL(request.url);
    throw new CloudRefusal(`${host}${pathname}`, 404, "NotRecorded", "the recording has no answer to this");
  },
});

/** Credentials that open no account: a recording asks nobody. */
const credentials: Record<CloudProvider, () => Promise<Record<string, unknown>>> = {
  aws: async () => ({ access_key_id: "RECORDEDRECORDED", secret_access_key: "recorded" }),
  azure: async () => ({ tenant_id: "recorded", client_id: "recorded", client_secret: "recorded" }),
  async gcp() {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const client_email = "recorded@recorded.iam.gserviceaccount.com";
    return { service_account: { client_email, private_key: await exportPKCS8(privateKey) } };
  },
};
