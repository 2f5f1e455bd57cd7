import { AwsV4Signer } from "aws4fetch";
import { loadLazily } from "../../../lazy-modules.ts";
import type { CloudIo } from "../cloud.ts";
import { malformedAnswer } from "../errors.ts";
import { type Item, text, valueAt } from "../json.ts";
import type { CloudClient, Page } from "../service.ts";
import type { AwsKeys } from "./credentials.ts";
import { endpointOf } from "./endpoints.ts";
import { faultOf } from "./faults.ts";
import type { AwsApi } from "./model.ts";
import { buildRequest } from "./request.ts";

/** An operation of an API with its input, both by the names of botocore. */
export interface AwsCall {
  api: AwsApi;
  operation: string;
  input?: Item;
  /** Where it is asked instead of the shard's region. */
  region?: string | null;
}

/** Signs and sends calls with keys that are asked for before each, so that they may change. */
export interface AwsSender {
  /** Throws as `CloudClient.send` does. */
  send(call: AwsCall, region: string, token?: string | null): Promise<Page>;
}

/** The digest of the empty body, which S3 wants said; left alone, the signer would say that the body is not signed. */
const NO_BODY = { "X-Amz-Content-Sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" };

/** Statuses with which S3 says in a header that a bucket is in another region. */
const MOVED = new Set([301, 307, 400]);

/** Sends calls signed with Signature Version 4; nothing is sent twice but to the region where S3 says a bucket is. */
export function createSender(io: CloudIo, keys: () => Promise<AwsKeys>): AwsSender {
  // Derived signing keys, by secret, day, region and service.
  const cache = new Map<string, ArrayBuffer>();

  const exchange = async ({ api, operation: name, input = {} }: AwsCall, region: string, token: string | null) => {
    const wire = await loadLazily("aws");
    const model = wire.modelOf(api);
    const operation = model.operations[name];
    if (!operation) throw new Error(`${api} has no ${name}`);
    const { paging } = operation;
    const withToken = paging && token !== null ? { ...input, [paging.input]: token } : input;
    const { path, ...request } = buildRequest(model, name, operation, withToken);
    const endpoint = endpointOf(api, model, region);
    const base = io.endpoints.AWS_ENDPOINT_URL
      ? new URL(io.endpoints.AWS_ENDPOINT_URL).origin
      : `https://${endpoint.host}`;
    const signer = new AwsV4Signer({
      ...request,
      headers: api === "s3" ? { ...request.headers, ...NO_BODY } : request.headers,
      ...(await keys()),
      url: `${base}${path}`,
      service: model.signing_name,
      region: endpoint.region,
      datetime: new Date(io.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
      cache,
    });
    const { url, method, headers } = await signer.sign();
    const response = await io.fetch(url, { method, headers, body: request.body, redirect: "manual" });
    return { wire, model, operation, response, body: await response.text() };
  };

  return {
    async send(call, region, token = null) {
      const first = await exchange(call, region, token);
      const home = bucketRegion(call, first.response);
      const { wire, model, operation, response, body } =
        home === null || home === region ? first : await exchange(call, home, token);
      if (!response.ok)
        throw faultOf(call.operation, response, wire.readError(response.status, response.headers, body));
      try {
        const answer = wire.readAnswer(model, call.operation, operation, body);
        return { body: answer, next: nextToken(answer, operation.paging) };
      } catch (error) {
        throw malformedAnswer(call.operation, error);
      }
    },
  };
}

/** A client for the calls of services; `home` is where it asks what belongs to no region. */
export const createClient = (sender: AwsSender, home: string): CloudClient<AwsCall> => ({
  send: (call, scope, token) => sender.send(call, call.region ?? scope.region ?? home, token),
});

/** Where S3 says that a bucket is, when it was asked elsewhere. */
const bucketRegion = ({ api }: AwsCall, { status, headers }: Response): string | null =>
  api === "s3" && MOVED.has(status) ? headers.get("x-amz-bucket-region") : null;

function nextToken(answer: Item, paging: { output: string; more?: string } | undefined): string | null {
  if (!paging || (paging.more !== undefined && valueAt(answer, paging.more) !== true)) return null;
  return text(valueAt(answer, paging.output));
}
