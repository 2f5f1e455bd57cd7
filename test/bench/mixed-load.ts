import { Agent, request } from "node:http";

/** One request of a mixture, made anew each time it is sent. */
export interface Ask {
  name: string;
  method: "GET" | "POST";
  url: URL;
  headers?: Record<string, string>;
  body?: () => Buffer;
}

export interface Load {
  /** Answers a second. */
  rate: number;
  /** From sending a request to the last byte of its answer, in ms. */
  durations: number[];
}

/** So many callers ask in turns through a mixture, each anew as soon as it is answered. Throws at another status than 200. */
export async function measureLoad(mixture: readonly Ask[], callers: number, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const durations: number[] = [];
  const started_at = performance.now();
  const deadline = started_at + seconds * 1000;
  const call = async (caller: number) => {
    for (let turn = caller; performance.now() < deadline; turn++) {
      const ask = mixture[turn % mixture.length];
      if (!ask) throw new Error("The mixture is empty");
      durations.push(await send(agent, ask));
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller))).finally(() => agent.destroy());
  return { rate: (durations.length * 1000) / (performance.now() - started_at), durations };
}

function send(agent: Agent, { name, method, url, headers = {}, body }: Ask): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const content = body?.();
  const started_at = performance.now();
  const length = { "Content-Length": String(content?.length ?? 0) };
  const sent = request(url.href, { agent, method, headers: { ...headers, ...length } });
  sent.on("error", reject);
  sent.on("response", (response) => {
    response.resume();
    response.on("error", reject);
    response.on("end", () => {
      if (response.statusCode !== 200) reject(new Error(`${name} answered ${response.statusCode}`));
      else resolve(performance.now() - started_at);
    });
  });
  sent.end(content);
  return promise;
}

/** The value that `share` of the values are not above; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
