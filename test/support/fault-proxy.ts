import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { listenLocally } from "./listen-locally.ts";

/** What of AWS a request is for, as its signature says. */
export interface SignedFor {
  service: string;
  region: string;
}

export interface FaultOptions {
  /** Of the faults: the same number gives the same faults for the same order of requests. */
  seed?: number;
  /** Share of requests that are throttled, answered with a 5xx, or cut off; none by default. */
  rate?: number;
  /** What is refused. */
  denies?: (signed: SignedFor) => boolean;
  /** Whether an answer is kept and given to every equal request, so that what answers is no longer what is measured. */
  remembers?: boolean;
  /** Before each answer, as a cloud takes its time. */
  latency_ms?: number;
}

export interface FaultProxy {
  url: string;
  /** Requests and faults since the last `count`. */
  count(): { requests: number; faults: number };
  /** Changes how it behaves from now on. */
  become(options: FaultOptions): void;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const FAULTS = ["throttled", "failed", "cut before the answer", "cut within the answer"] as const;
const ANSWERS_KEPT = 20_000;
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** Starts a server that hands requests on to another one that speaks as AWS does, and gets in their way. */
export async function startFaultProxy(target: string, first: FaultOptions = {}): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const kept = new Map<string, Promise<Answer>>();
  let options = first;
  let chance = randomFrom(first.seed ?? 1);
  let counted = { requests: 0, faults: 0 };

  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    const body = await readAll(asked);
    counted.requests += 1;
    if (options.latency_ms) await delay(options.latency_ms);
    const signed = signedFor(asked);
    if (options.denies?.(signed)) return write(response, refusal(asked, signed, 403, "AccessDenied"));
    const fault = chance() < (options.rate ?? 0) ? FAULTS[Math.floor(chance() * FAULTS.length)] : undefined;
    if (fault) counted.faults += 1;
    if (fault === "throttled") return write(response, throttling(asked, signed));
    if (fault === "failed") return write(response, { status: 502, headers: {}, body: Buffer.from("Bad Gateway") });
    if (fault === "cut before the answer") return void asked.socket.destroy();
    const given = await find(asked, signed, body);
    if (fault !== "cut within the answer") return write(response, given);
    response.writeHead(given.status, { ...given.headers, "content-length": given.body.byteLength + 1 });
    response.write(given.body, () => asked.socket.destroy());
  };

  const find = (asked: IncomingMessage, { service, region }: SignedFor, body: Buffer): Promise<Answer> => {
    if (!options.remembers) return handOn(target, agent, asked, body);
    const key = [asked.method, service, region, asked.url, asked.headers["x-amz-target"], body].join(" ");
    const found = kept.get(key) ?? handOn(target, agent, asked, body);
    if (kept.size < ANSWERS_KEPT) kept.set(key, found);
    return found;
  };

  const server = createServer((asked, response) => {
    answer(asked, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const local = await listenLocally(server);
  return {
    url: local.url,
    count() {
      const before = counted;
      counted = { requests: 0, faults: 0 };
      return before;
    },
    become(next) {
      options = next;
      chance = randomFrom(next.seed ?? 1);
    },
    async stop() {
      agent.destroy();
      await local.close();
    },
  };
}

async function handOn(target: string, agent: Agent, asked: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method = "GET", url = "/", headers } = asked;
  const passed = request(new URL(target).href, { agent, method, headers, path: url });
  passed.end(body);
  const [response] = (await once(passed, "response")) as [IncomingMessage];
  const kept = Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name));
  return { status: response.statusCode ?? 502, headers: Object.fromEntries(kept), body: await readAll(response) };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "content-length": body.byteLength });
  response.end(body);
}

/** `Credential=key/date/region/service/aws4_request`. */
function signedFor({ headers }: IncomingMessage): SignedFor {
  const [, , region = "", service = ""] = /Credential=([^,]+)/.exec(headers.authorization ?? "")?.[1]?.split("/") ?? [];
  return { service, region };
}

/** Each API has its own word for it. */
function throttling(asked: IncomingMessage, signed: SignedFor): Answer {
  if (signed.service === "ec2") return refusal(asked, signed, 503, "RequestLimitExceeded");
  if (signed.service === "s3") return refusal(asked, signed, 503, "SlowDown");
  return refusal(asked, signed, 400, "ThrottlingException");
}

/** An error in the protocol in which was asked. */
function refusal({ headers }: IncomingMessage, { service }: SignedFor, status: number, code: string): Answer {
  const message = "the fault proxy says so";
  const isXml = service === "s3" || (headers["content-type"] ?? "").includes("x-www-form-urlencoded");
  if (!isXml) {
    const json = Buffer.from(JSON.stringify({ __type: code, message }));
    return { status, headers: { "content-type": "application/json", "x-amzn-errortype": code }, body: json };
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const document = service === "ec2" ? `<Response><Errors>${error}</Errors></Response>` : error;
  const xml = service === "ec2" || service === "s3" ? document : `<ErrorResponse>${error}</ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml" }, body: Buffer.from(xml) };
}

/** Numbers from 0 up to 1 that follow from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
