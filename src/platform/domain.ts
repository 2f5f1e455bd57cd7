import type { DomainName } from "../config.ts";
import type { Context } from "../context.ts";
import type { Router } from "./http/router.ts";
import type { AnyJobDefinition } from "./jobs/define.ts";

/** What a folder under `domains/` offers to the app. */
export interface Domain {
  name: DomainName | "platform";
  /** Prefix to routers; a router's own paths follow it. */
  routers: { prefix: string; router: Router }[];
  jobs: AnyJobDefinition[];
  /** What the domain does every minute, by name. */
  chores?: Chores;
}

/** Steps of the tick; one that fails is logged and tried again a minute later. */
export type Chores = Record<string, (ctx: Context) => Promise<unknown>>;
