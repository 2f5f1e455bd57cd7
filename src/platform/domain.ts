import type { SQL } from "drizzle-orm";
import type { DomainName } from "../config.ts";
import type { Context } from "../context.ts";
import type { Router } from "./http/router.ts";
import type { AnyJobDefinition } from "./jobs/define.ts";
import type { Checks } from "./repair/check.ts";
import type { NamingColumn } from "./repair/names.ts";
import type { Purges } from "./retention/purge.ts";

/** What a folder under `domains/` offers to the app. */
export interface Domain {
  name: DomainName | "platform";
  /** Prefix to routers; a router's own paths follow it. */
  routers: { prefix: string; router: Router }[];
  jobs: AnyJobDefinition[];
  /** What the domain does every minute, by name. */
  chores?: Record<string, (ctx: Context, erase: Erase) => Promise<unknown>>;
  /** What of the domain is kept for a time only. */
  purges?: Purges;
  /** What of the domain is about one person; what people share loses their name and stays. */
  erase?: Erase;
  /** Every column that names objects of the lake: a live object that none names is given up. */
  names?: readonly NamingColumn[];
  /** Conditions on a row of `objects` for those that are kept though no column names them. */
  kept?: readonly SQL[];
  /** Folders of the lake that people fill by themselves: their objects have no rows, and are never deleted. */
  brought?: readonly string[];
  /** What else can be wrong with what the domain stores, by name. */
  checks?: Checks;
}

/** Steps of the tick; one that fails is logged and tried again a minute later. */
export type Chores = Record<string, (ctx: Context) => Promise<unknown>>;

export interface Leaver {
  id: string;
  /** Null once the account itself is gone. */
  email: string | null;
}

/** Erases a bounded part of what is kept about a person; true once nothing is left. Doing it again does no harm. */
export type Erase = (ctx: Context, person: Leaver) => Promise<boolean>;
