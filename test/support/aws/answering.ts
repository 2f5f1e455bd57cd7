import { aws } from "../../../src/connectors/clouds/aws/index.ts";
import type { OpenCloud } from "../../../src/connectors/clouds/cloud.ts";

/** A request as it came, with the operation that it asks for where that stands in it. */
export interface AskedRequest {
  url: URL;
  method: string;
  headers: Headers;
  body: string;
}

export const ENDPOINTS = {
  AWS_ENDPOINT_URL: "",
  AZURE_ENDPOINT_URL: "",
  AZURE_AUTHORITY_URL: "",
  GCP_ENDPOINT_URL: "",
};

export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
export const KEYS = { access_key_id: "AKIDEXAMPLEEXAMPLE", secret_access_key: "synthetic-secret" };

/** An account whose requests all go to `answer`; `asked` has what was sent. */
export async function openAnswering(
  answer: (request: AskedRequest) => Response | Promise<Response>,
  credentials: Record<string, unknown> = KEYS,
  options: { now?: () => number; endpoint?: string } = {},
): Promise<{ cloud: OpenCloud; asked: AskedRequest[] }> {
  const asked: AskedRequest[] = [];
  const cloud = await aws.open("123456789012", credentials, {
    fetch: async (input, init) => {
      const { url, method, headers } = new Request(input, init);
      const sent = { url: new URL(url), method, headers, body: typeof init?.body === "string" ? init.body : "" };
      asked.push(sent);
      return answer(sent);
    },
    now: options.now ?? (() => NOW),
    endpoints: { ...ENDPOINTS, AWS_ENDPOINT_URL: options.endpoint ?? "" },
  });
  return { cloud, asked };
}
