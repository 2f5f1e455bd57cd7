import type { DomainName } from "../config.ts";
import type { Router } from "./http/router.ts";
import type { AnyJobDefinition } from "./jobs/define.ts";

/** What a folder under `domains/` offers to the app. */
export interface Domain {
  name: DomainName | "platform";
  /** Prefix to routers; a router's own paths follow it. */
  routers: { prefix: string; router: Router }[];
  jobs: AnyJobDefinition[];
}
