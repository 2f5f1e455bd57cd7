import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createApp } from "../../../src/app.ts";
import type { Caller } from "./laboratory.ts";

export interface DavCall {
  body?: BodyInit | null;
  headers?: Record<string, string>;
  /** Instead of the instrument's token. */
  token?: string | null;
}

export interface DavAnswer {
  status: number;
  text: string;
  headers: Headers;
}

/** An instrument that delivers by itself, and its computer. */
export interface Pushing {
  instrument_id: string;
  token: string;
  /** `path` follows the instrument's own folder, encoded as it is sent. */
  ask(method: string, path: string, call?: DavCall): Promise<DavAnswer>;
  put(path: string, body: BodyInit, headers?: Record<string, string>): Promise<number>;
}

export async function openPushing(
  admin: Caller,
  instrument: object = {},
  settings: Record<string, unknown> = {},
): Promise<Pushing> {
  const { id: instrument_id } = await admin.create("/api/instruments", {
    ...{ name: "Microscope", transfer_config: { type: "push" } },
    ...instrument,
  });
  const { token } = await admin.create(`/api/instruments/${instrument_id}/tokens`, { name: "PC" });
  const ask: Pushing["ask"] = async (method, path, call = {}) => {
    const headers = new Headers(call.headers);
    const password = call.token === undefined ? token : call.token;
    if (password !== null) headers.set("Authorization", `Basic ${btoa(`anybody:${password}`)}`);
    const body = call.body ?? null;
    if (typeof body === "string") headers.set("Content-Length", String(new TextEncoder().encode(body).byteLength));
    // Only tests of other methods give a body.
    // oxlint-disable-next-line unicorn/no-invalid-fetch-options
    const request = new Request(`http://localhost/dav/${instrument_id}${path}`, { method, headers, body });
    const execution = createExecutionContext();
    const response = await createApp().fetch(request, { ...env, ...settings }, execution);
    const text = await response.text();
    await waitOnExecutionContext(execution);
    return { status: response.status, text, headers: response.headers };
  };
  return {
    ...{ instrument_id, token, ask },
    put: async (path, body, headers = {}) => (await ask("PUT", path, { body, headers })).status,
  };
}

/** Addresses of an answer to PROPFIND. */
export const hrefsOf = ({ text }: DavAnswer) => [...text.matchAll(/<D:href>([^<]*)</g)].map(([, href]) => href);
