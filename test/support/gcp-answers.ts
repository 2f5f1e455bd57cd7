import { stepsOf } from "../../src/connectors/clouds/cloud.ts";
import { CloudRefusal } from "../../src/connectors/clouds/errors.ts";
import type { GcpCall } from "../../src/connectors/clouds/gcp/client.ts";
import type { Item } from "../../src/connectors/clouds/json.ts";
import type { CloudService, Found } from "../../src/connectors/clouds/service.ts";
import { type Extracted, extractShard, shardOf } from "./extract.ts";

/** What is answered by host and path, such as `pubsub.googleapis.com/v1/projects/p/topics`. */
export type Answers = Record<string, Item | CloudRefusal>;

export const refusal = (status: number, code: string) => new CloudRefusal("call", status, code, "refused");

/** Extracts a service of project `p` from given answers; what is not among them is refused with 404. */
export async function extractFrom(
  service: CloudService<GcpCall>,
  answers: Answers,
  regions: string[] | null = null,
): Promise<Extracted & { calls: GcpCall[] }> {
  const calls: GcpCall[] = [];
  const client = {
    async send(call: GcpCall) {
      calls.push(call);
      const body = answers[`${call.api}${call.path}`] ?? refusal(404, `no answer for ${call.path}`);
      if (body instanceof CloudRefusal) throw body;
      return { body: structuredClone(body), next: null };
    },
  };
  const shard = { ...shardOf("p", null), regions };
  return { ...(await extractShard(stepsOf("gcp", [service], client), service.service, shard)), calls };
}

/** Ids, regions and configurations by type, without what the service says about the rest. */
export const byType = (found: Found[], type: string) =>
  found
    .filter(({ resource_type }) => resource_type === type)
    .map(({ resource_id, region, labels, configuration }) => ({ resource_id, region, labels, configuration }));
