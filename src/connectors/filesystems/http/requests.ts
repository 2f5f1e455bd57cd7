import { AppError } from "../../../errors.ts";
import { accessRefused, fileNotFound, notSupported, serverUnreachable } from "../failures.ts";
import type { FilesystemIo } from "../filesystem.ts";
import type { FileState } from "../version.ts";

/** What all calls to a folder on a web server share. */
export interface WebFolder {
  /** As messages call it. */
  name: string;
  /** Ends with a slash. */
  base: URL;
  /** Answers of the wanted statuses; throws a `FilesystemFailure` for others. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
  urlOf(path: string): URL;
}

export interface SendOptions {
  headers?: Record<string, string>;
  body?: ReadableStream<Uint8Array> | string;
  /** Statuses that are no failure, besides those of success. */
  accepted?: readonly number[];
}

interface WebLogin {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
}

/** Prepares calls to a folder; no message has a part of the login. */
export function openWebFolder(io: Pick<FilesystemIo, "fetch">, title: string, login: WebLogin): WebFolder {
  const base = new URL(login.url.endsWith("/") ? login.url : `${login.url}/`);
  const name = `${title} ${base.host}`;
  const authorization = authorizationOf(login);
  const urlOf = (path: string) => new URL(path.split("/").map(encodeURIComponent).join("/"), base);
  return {
    name,
    base,
    urlOf,
    send: async (method, path, { headers, body, accepted = [] } = {}) => {
      const response = await io
        .fetch(urlOf(path).href, {
          method,
          headers: { "User-Agent": "catchment", "Accept-Encoding": "identity", ...authorization, ...headers },
          // A redirect would carry the login to another host.
          redirect: "manual",
          ...(body !== undefined && { body }),
        })
        .catch((error: unknown) => {
          throw lost(name, error);
        });
      if (response.ok || accepted.includes(response.status)) return response;
      await response.body?.cancel();
      throw failureOf(name, path, response.status);
    },
  };
}

/** The failure that a status means. */
export function failureOf(name: string, path: string, status: number): Error {
  if (status === 401) return accessRefused(name, "the login was refused");
  if (status === 403) return accessRefused(name, `may not read or write "${path}"`);
  if (status === 404 || status === 410) return fileNotFound(name, path);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    if (status === 501 || status === 507) return notSupported(name, `answered ${status}`);
    return serverUnreachable(name, `answered ${status}`);
  }
  if (status >= 300 && status < 400) return notSupported(name, `redirects "${path}"`);
  return notSupported(name, `answered ${status}`);
}

/** A fault of the network; refusals of our own side stay what they are. */
export function lost(name: string, error: unknown): Error {
  if (error instanceof AppError && error.status !== 502) return error;
  return serverUnreachable(name, "the connection was lost", error);
}

/** What the headers of an answer say of a whole file. */
export function stateOf({ status, headers }: Response): FileState {
  const range = /^bytes (?:[\d-]+|\*)\/(\d+)$/.exec(headers.get("Content-Range") ?? "");
  const length = status === 200 ? headers.get("Content-Length") : null;
  const size = range?.[1] ?? length;
  return {
    size: size === null ? null : Number(size),
    modified_at: timeOf(headers.get("Last-Modified")),
    etag: headers.get("ETag"),
  };
}

/** Milliseconds UTC of a date as HTTP writes it; null for what is none. */
export function timeOf(text: string | null): number | null {
  const time = Date.parse(text ?? "");
  return Number.isFinite(time) ? time : null;
}

function authorizationOf({ username, password }: WebLogin): Record<string, string> {
  if (username === undefined) return {};
  const bytes = new TextEncoder().encode(`${username}:${password ?? ""}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}
