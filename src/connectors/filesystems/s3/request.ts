import { AwsV4Signer } from "aws4fetch";
import { XMLParser } from "fast-xml-parser";
import { accessRefused } from "../failures.ts";
import type { FilesystemIo } from "../filesystem.ts";
import { failureOf, lost } from "../http/requests.ts";
import type { S3Settings } from "../s3.ts";

export interface S3Request {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Of the object; empty for the bucket. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | string;
  /** Statuses that are no failure, besides those of success. */
  accepted?: readonly number[];
}

export interface S3Sender {
  /** As messages call it. */
  name: string;
  send(request: S3Request): Promise<Response>;
}

/** Signed for any body: what travels by TLS needs no second digest of its own. */
const UNSIGNED = { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" };

/** Signs and sends requests to a bucket, https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html */
export function createS3Sender(settings: S3Settings, io: FilesystemIo): S3Sender {
  const { bucket, region, endpoint_url, access_key_id, secret_access_key } = settings;
  const endpoint = new URL(endpoint_url ?? `https://s3.${region}.amazonaws.com`);
  const base = `${endpoint.href.replace(/\/+$/, "")}/${bucket}`;
  const name = `S3 ${endpoint.host}`;
  const cache = new Map<string, ArrayBuffer>();
  return {
    name,
    send: async ({ method, key, query = {}, headers = {}, body, accepted = [] }) => {
      const path = key.split("/").map(encodeSegment).join("/");
      const parameters = new URLSearchParams(query).toString().replaceAll("+", "%20");
      const signer = new AwsV4Signer({
        method,
        url: `${base}/${path}${parameters === "" ? "" : `?${parameters}`}`,
        headers: { ...UNSIGNED, ...headers },
        accessKeyId: access_key_id,
        secretAccessKey: secret_access_key,
        service: "s3",
        region,
        datetime: new Date(io.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
        cache,
      });
      const signed = await signer.sign();
      // Not signed, as proxies may change it.
      signed.headers.set("Accept-Encoding", "identity");
      const init = {
        method,
        headers: signed.headers,
        redirect: "manual" as const,
        ...(body !== undefined && { body }),
      };
      const response = await io.fetch(signed.url.href, init).catch((error: unknown) => {
        throw lost(name, error);
      });
      if (response.ok || accepted.includes(response.status)) return response;
      throw await refusalOf(name, key, response);
    },
  };
}

/** RFC 3986 leaves these alone, and signatures are made of that spelling. */
const encodeSegment = (segment: string) =>
  encodeURIComponent(segment).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

/** Codes with which a store says that keys or clock are wrong (API reference, Error responses). */
const REFUSALS = new Set([
  ...["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "AuthFailure"],
  ...["InvalidClientTokenId", "ExpiredToken", "AccountProblem", "AllAccessDisabled"],
]);

async function refusalOf(name: string, key: string, response: Response): Promise<Error> {
  const text = await response.text().catch(() => "");
  const code = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(text)?.[1] ?? "";
  if (REFUSALS.has(code)) return accessRefused(name, `the request was refused (${code})`);
  if (code === "NoSuchBucket") return accessRefused(name, "there is no such bucket");
  return failureOf(name, key, response.status);
}

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  isArray: (tag) => tag === "Contents",
  // Keys have control characters as numbers.
  htmlEntities: true,
});

/** The elements below the root of an answer. */
export function readAnswer(text: string, root: string): Record<string, unknown> | null {
  const document: unknown = parser.parse(text);
  const found = isRecord(document) ? document[root] : undefined;
  // The parser takes a document without its end for a whole one.
  return isRecord(found) && text.trimEnd().endsWith(`</${root}>`) ? found : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const recordsOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
