import { inject } from "vitest";
import type { DavReport, DavWorldOptions } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    webdavUrl: string;
  }
}

/** A WebDAV server of its own, as a test sees it. */
export interface WebdavClient {
  /** What `transfer_config` is set to. */
  config: { type: "webdav"; url: string; username: string; password: string };
  change(options: DavWorldOptions): Promise<void>;
  report(): Promise<DavReport>;
}

/** Makes a server for a test. */
export async function openWebdavServer(options: DavWorldOptions): Promise<WebdavClient> {
  const id = crypto.randomUUID();
  const control = `${inject("webdavUrl")}/control/worlds/${id}`;
  const change = async (changes: DavWorldOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  const url = `${inject("webdavUrl")}/worlds/${id}`;
  return {
    config: { type: "webdav", url, username: "reader", password: "s3cret: wörd" },
    change,
    report: async () => (await fetch(control)).json<DavReport>(),
  };
}
