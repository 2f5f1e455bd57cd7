declare module "vitest" {
  interface ProvidedContext {
    /** Base URL of the server of `metabase-server.ts`. */
    metabaseUrl: string;
  }
}

/** What `/echo` says that it got. */
export interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}
