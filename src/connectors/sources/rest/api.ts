import type { ReadRange, SourceIo, SourceResource, SourceRow } from "../source.ts";

/** How requests prove who asks. */
export type Auth = Credentials & {
  /** Secrets that go beside it in headers of their own. */
  headers?: Readonly<Record<string, string>>;
};

type Credentials =
  | { kind: "none" }
  | { kind: "bearer"; token: string }
  | { kind: "basic"; username: string; password: string }
  /** In a form the key is the body of a POST. */
  | { kind: "api_key"; location: "header" | "query" | "form"; name: string; key: string }
  /** A token that ends: it is asked for when there is none. */
  | { kind: "token"; header: string; prefix: string; ask(): Promise<IssuedToken> };

export interface IssuedToken {
  token: string;
  /** How long it is taken, from now. */
  seconds: number;
}

/**
 * How an API leads from a page to the next. A `…_path` is a path in the answer (`meta.next`); parameters go into the
 * query, or into the body where `in` says so.
 */
export type Paginator =
  | { kind: "single" }
  /** Tries the links that APIs commonly give, and refuses an answer that has more but no link. */
  | { kind: "auto" }
  | { kind: "link_header" }
  | { kind: "next_url"; path: string; end_path?: string }
  | Cursor
  /** The last row's field is where the next page begins. */
  | { kind: "last_id"; field: string; parameter: string; more_path: string }
  /** Ends at an empty page, at one that is not full, or at the number of pages that the answer tells. */
  | { kind: "page"; parameter: string; first: number; in?: "query" | "body"; size?: number; pages_path?: string }
  /** Ends at an empty page, at one that is not full, or when `total_path` or `more_path` says so. */
  | {
      kind: "offset";
      parameter: string;
      limit: number;
      in?: "query" | "body";
      total_path?: string;
      more_path?: string;
    };

/** Ends where there is no cursor, where `more_path` is not true, or where `end_path` is. */
interface Cursor {
  kind: "cursor";
  path: string;
  parameter: string;
  in?: "query" | "body";
  more_path?: string;
  end_path?: string;
  /** Parameters of the query that must not be sent with a cursor. */
  first_only?: readonly string[];
}

export interface RestRequest {
  /** GET when absent. */
  method?: "GET" | "POST";
  /** Below the base URL; values of placeholders are percent-encoded. */
  path: string;
  /** Parameters whose placeholders have no value are left out; a list repeats its name. */
  query?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON; members whose placeholders have no value are left out. */
  body?: SourceRow;
}

/** A resource that is read once for each row of another, or for each of some values that are known. */
export interface Parent {
  /** Rows to ask for: those of a resource, or values by placeholder. */
  rows: string | readonly Readonly<Record<string, string>>[];
  /** Placeholders of the request by the path of their value in the parent's row; the known ones have theirs. */
  values?: Readonly<Record<string, string>>;
  /** Columns that each row gets, by the placeholder they are taken from. */
  columns?: Readonly<Record<string, string>>;
  /** Whether only the parent's rows that changed since the last sync are looked into; else all. */
  changed?: boolean;
  where?(row: SourceRow, range: ReadRange): boolean;
}

/** One stream of an API. Texts may hold placeholders such as `{since|start_date:unix}`, see `template.ts`. */
export interface RestResource extends SourceResource, RestRequest {
  /** Path of the rows in the answer, or what makes rows of it; null when the answer shows where they are. */
  rows: string | null | ((body: unknown) => SourceRow[]);
  paginator: Paginator;
  parent?: Parent;
  /** Days before the largest cursor that are read again, because the upstream corrects them. */
  lookback_days?: number;
  /** A resource that is only the parent of others. */
  hidden?: boolean;
  map?(row: SourceRow): SourceRow;
}

/** An API as data: what `openRestApi` needs to read it. */
export interface RestApi {
  /** What messages call it. */
  name: string;
  base_url: string;
  /** Resolves the secrets; asked once. */
  auth(io: SourceIo): Promise<Auth>;
  headers?: Readonly<Record<string, string>>;
  /** All that can be read; a function finds it out by asking the API. */
  resources: readonly RestResource[] | ((ask: Ask) => Promise<RestResource[]>);
  /** Names that are loaded; all when absent. */
  selected?: readonly string[];
  /** The least that shows that the credentials work. */
  check: RestRequest;
  /** Dates of the config, used where a sync names none. */
  start_date?: string | undefined;
  end_date?: string | undefined;
  /** The failure that an answer tells in its body, by the status it would have as HTTP; null to go by its own. */
  refusalIn?(body: unknown, status: number): { status: number; message: string } | null;
}

/** Asks the API and gives the body of the answer. */
export type Ask = (request: RestRequest) => Promise<unknown>;
