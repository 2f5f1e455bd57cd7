import type { z } from "zod";
import type { ConnectorIo } from "../connector.ts";

/** A row as a source answers it: nested objects and lists are flattened later; integers beyond 2^53 are bigints. */
export type SourceRow = Record<string, unknown>;

export type WriteDisposition = "replace" | "append" | "merge";

/** One stream of rows, which becomes a table and the tables of its lists. */
export interface SourceResource {
  /** Becomes the name of the table. */
  name: string;
  /** Names of the columns that identify a row; empty where there is no such thing. */
  primary_key: readonly string[];
  write_disposition: WriteDisposition;
  /**
   * The column whose largest value is where the next sync goes on; null where every sync reads all. Rows come in any
   * order, so the value is certain only after the last page.
   */
  cursor_field: string | null;
}

/** What a sync wants of a resource. */
export interface ReadRange {
  /** Largest value of the cursor field that is loaded already; null for everything. */
  since: string | null;
  /** `YYYY-MM-DD`, inclusive; null without a bound. For sources that can be asked by date. */
  start_date: string | null;
  end_date: string | null;
}

export interface SourcePage {
  rows: SourceRow[];
  /** Where the next page begins, as JSON; null after the last. */
  next: unknown;
}

/** A source with its credentials. Throws `AppError`s that say whether trying again can help; never waits by itself. */
export interface OpenSource {
  /** Asks for as little as shows that the credentials work. Throws what is wrong with them. */
  check(): Promise<void>;
  /** The streams that the config selects; throws 422 for a name that the source does not have. */
  resources(): Promise<SourceResource[]>;
  /** One page; `position` is `next` of the page before, null for the first. */
  page(resource: string, position: unknown, range: ReadRange): Promise<SourcePage>;
}

export interface SourceIo extends ConnectorIo {
  /** The value of a secret that a config names by a `*_env` key; throws 422 when there is none. */
  secret(name: string): Promise<string>;
  /**
   * Opens TCP to a host that a user named; `off` is never TLS and for hosts that the operator permits. Throws 422 for a
   * host that must not be reached and 502 for one that does not answer.
   */
  connect(address: { host: string; port: number }, transport: "starttls" | "off"): Promise<Socket>;
  /** The Hyperdrive binding of that name; throws 422 when the Worker has none. */
  hyperdrive(name: string): Pick<Hyperdrive, "connectionString" | "connect">;
}

/** A kind of source; adding one is a file and a line in `source-types.ts`. */
export interface SourceType<Config extends z.ZodType = z.ZodType> {
  type: string;
  group:
    | "local"
    | "marketing"
    | "crm"
    | "payments"
    | "files"
    | "databases"
    | "streaming"
    | "dev"
    | "communication"
    | "other";
  title: string;
  description: string;
  /** Why it cannot run on this platform; null when it can. */
  unavailable: string | null;
  /** Shape of the config; keys that end in `_env` name secrets. */
  config: Config;
  /** Absent for what cannot run, and for kinds that the domain reads from the lake itself. */
  open?(config: z.output<Config>, io: SourceIo): OpenSource;
}
