import type { CloudProvider } from "./artifact.ts";
import type { Fields } from "./fields.ts";
import type { Item } from "./json.ts";

/** Where a call is made: one shard of an extraction, and the item it is made for. */
export interface Scope {
  /** Account, subscription or project. */
  account: string;
  /** Null where the service has no regions. */
  region: string | null;
  /** The only regions wanted; null for all. For services that are asked once and answer for every region. */
  regions: readonly string[] | null;
  /** Values wanted of configuration keys, for calls that can ask for less; the rest is filtered afterwards. */
  filters: Readonly<Record<string, readonly string[]>>;
  /** What the listing above carries down to this one. */
  parent: Item;
}

/** A call that is made for items of a page, and what of its answer is laid under its name in each. */
export interface Detail<Call> {
  /** How many items one call answers for; 1 when absent. */
  size?: number;
  /** Null where these items need no call. */
  call(items: readonly Item[], scope: Scope): Call | null;
  /** What of the answer belongs to the item; the whole of it when absent. */
  read?(body: Item, item: Item): unknown;
  /** Where an answer has pages: the entries of one; the detail is then all of them. */
  entries?(body: Item): unknown[];
  /** Which of all entries belong to the item; all of them when absent. */
  choose?(entries: readonly unknown[], item: Item): unknown;
  /** Codes of refusals by which the cloud says that the item has no such thing: the detail is then null. */
  absent?: readonly string[];
}

/** A type of resource that a listing yields. */
export interface ResourceType {
  /** The last part of `provider:service:type`. */
  type: string;
  /** Which items are of this type; all when absent. */
  when?(item: Item): boolean;
  /** The resources within an item; the item itself when absent. */
  each?(item: Item, scope: Scope): Item[];
  /** The resource's id, unique within account and type; null when the answer lacks it, which is reported. */
  id(item: Item, scope: Scope): string | null;
  /** The scope's region when absent. */
  region?(item: Item, scope: Scope): string | null;
  labels?(item: Item, scope: Scope): Record<string, string>;
  /** Azure only. */
  resourceGroup?(item: Item): string | null;
  configuration: Fields;
  /** Further names by which filters may call a key. */
  aliases?: Readonly<Record<string, string>>;
}

/** One paged call of a service and what becomes of its items. */
export interface Listing<Call> {
  /** Unique in its service. */
  name: string;
  /** Runs once for every item of that listing instead of once for the shard. */
  of?: { listing: string; carry(item: Item, scope: Scope): Item };
  call(scope: Scope): Call;
  /** The items of one page, or with `describe` their keys. */
  items(body: Item, scope: Scope): unknown[];
  /** Where the call lists only keys: turns up to `size` of them into items. */
  describe?: { size: number; call(keys: readonly unknown[], scope: Scope): Call; items(body: Item): unknown[] };
  details?: Readonly<Record<string, Detail<Call>>>;
  /** Codes of refusals by which the cloud says that there is nothing to list. */
  absent?: readonly string[];
  /** None where the items only lead to other listings. */
  resources: readonly ResourceType[];
}

/** A service as its file declares it; adding one is that file and a line in its provider's map. */
export interface CloudService<Call> {
  service: string;
  description: string;
  /** Whether every region is asked for itself, or the whole account at once. */
  scope: "regional" | "global";
  /** Google's name of the API that must be switched on. */
  api?: string;
  listings: readonly Listing<Call>[];
}

/** One page of an answer; `next` goes on where it ended. */
export interface Page {
  body: Item;
  next: string | null;
  /** What the answer itself says that it leaves out, such as a location that could not be reached. */
  missing?: readonly string[];
}

/** Speaks to one account of a cloud. */
export interface CloudClient<Call> {
  /**
   * Makes one call and follows no pages. Throws `CloudRefusal` for what asking again would not change; `rateLimited`,
   * `upstreamFailed` and `unavailable` with `retry_after` for the rest.
   */
  send(call: Call, scope: Scope, token: string | null): Promise<Page>;
}

/** What is left to do in a shard: JSON, so that it is kept between slices. */
export interface Task {
  listing: string;
  parent: Item;
  /** Where the listing goes on; null for its first page. Absent in a task over keys or items. */
  token?: string | null;
  /** Keys to describe. */
  keys?: unknown[];
  /** Items to complete by their details. */
  items?: Item[];
  /** Details that have been answered, by name and place of the item. */
  got?: Record<string, Record<number, unknown>>;
}

/** A resource before it is an artifact. */
export interface Found {
  resource_type: string;
  resource_id: string;
  region: string;
  resource_group: string | null;
  labels: Record<string, string>;
  configuration: Item;
  raw: Item;
}

/** What one step of a shard brought. */
export interface Step {
  found: Found[];
  next: Task[];
  /** What could not be read, with the reason; the rest of the shard goes on. */
  failures: string[];
  /** Why the step must be taken again, when it was not finished; `next` has it. */
  fault?: unknown;
}

/** A service as callers see it. */
export interface ServiceDescription {
  provider: CloudProvider;
  service: string;
  description: string;
  scope: "regional" | "global";
  resource_types: readonly { type: string; fields: readonly string[]; aliases: Readonly<Record<string, string>> }[];
}
