import { readFileSync } from "node:fs";
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";

/** Asks the local server, trusting its own certificate under https; answers with status and body. */
export function getLocal(
  url: string,
  options: { certificate?: string; timeout_ms: number },
): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(options.timeout_ms);
  return new Promise((resolve, reject) => {
    const receive: Parameters<typeof getHttp>[2] = (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    };
    const request = options.certificate
      ? getHttps(url, { signal, ca: readFileSync(options.certificate) }, receive)
      : getHttp(url, { signal }, receive);
    request.on("error", reject);
  });
}
