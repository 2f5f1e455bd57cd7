import type { CloudProvider } from "./artifact.ts";
import { GLOBAL_REGION } from "./artifact.ts";
import { CloudRefusal } from "./errors.ts";
import { readFields } from "./fields.ts";
import { asItem, type Item, isItem } from "./json.ts";
import type { CloudClient, CloudService, Detail, Found, Listing, Scope, Step, Task } from "./service.ts";

/** The tasks with which a shard starts: the first page of every listing that hangs on no other. */
export function firstTasks<Call>(service: CloudService<Call>): Task[] {
  return service.listings.filter(({ of }) => !of).map(({ name }) => ({ listing: name, parent: {}, token: null }));
}

/**
 * Takes one task of a shard: a page of a listing, a bundle of keys, or the details of some items. A refusal ends the
 * task and is reported; a fault leaves in `next` what is still to be asked, without what was answered already.
 */
export async function takeStep<Call>(
  provider: CloudProvider,
  service: CloudService<Call>,
  client: CloudClient<Call>,
  task: Task,
  shard: Omit<Scope, "parent">,
): Promise<Step> {
  const listing = service.listings.find(({ name }) => name === task.listing);
  if (!listing) return { found: [], next: [], failures: [`${task.listing}: is no longer known`] };
  const work = { provider, service, client, listing, scope: { ...shard, parent: task.parent } };
  try {
    if (task.items) return await complete(work, task.items, task.got ?? {});
    return task.keys ? await describe(work, task.keys) : await list(work, task.token ?? null);
  } catch (error) {
    if (error instanceof CloudRefusal) {
      const failures = listing.absent?.includes(error.code) ? [] : [error.message];
      return { found: [], next: [], failures };
    }
    return { found: [], next: [task], failures: [], fault: error };
  }
}

interface Work<Call> {
  provider: CloudProvider;
  service: CloudService<Call>;
  client: CloudClient<Call>;
  listing: Listing<Call>;
  scope: Scope;
}

async function list<Call>(work: Work<Call>, token: string | null): Promise<Step> {
  const { listing, scope, client } = work;
  const page = await client.send(listing.call(scope), scope, token);
  const entries = listing.items(page.body, scope);
  const rest = page.next === null ? [] : [taskOf(work, { token: page.next })];
  const failures = (page.missing ?? []).map((part) => `${listing.name}: ${part} could not be reached`);
  if (listing.describe) {
    const bundles = chunk(entries, listing.describe.size).map((keys) => taskOf(work, { keys }));
    return { found: [], next: [...rest, ...bundles], failures };
  }
  const step = await finish(work, entries.filter(isItem));
  return { ...step, next: [...rest, ...step.next], failures: [...failures, ...step.failures] };
}

async function describe<Call>(work: Work<Call>, keys: unknown[]): Promise<Step> {
  const { listing, scope, client } = work;
  if (!listing.describe) return { found: [], next: [], failures: [`${listing.name}: has nothing to describe`] };
  const { body } = await client.send(listing.describe.call(keys, scope), scope, null);
  return finish(work, listing.describe.items(body).filter(isItem));
}

/** Items without details are resources at once; the others become tasks of as many items as one call answers for. */
async function finish<Call>(work: Work<Call>, found: Item[]): Promise<Step> {
  const details = Object.values(work.listing.details ?? {});
  if (details.length === 0) return yieldItems(work, found, []);
  const size = Math.max(...details.map((detail) => detail.size ?? 1));
  return { found: [], next: chunk(found, size).map((items) => taskOf(work, { items })), failures: [] };
}

/** Asks for the details of items, each detail at most once however often the task is taken. */
async function complete<Call>(
  work: Work<Call>,
  bare: Item[],
  answered: Record<string, Record<number, unknown>>,
): Promise<Step> {
  const got = structuredClone(answered);
  const failures: string[] = [];
  const faults: unknown[] = [];
  const requests = Object.entries(work.listing.details ?? {}).flatMap(([name, detail]) => {
    const known = (got[name] ??= {});
    const places = bare.map((_, place) => place).filter((place) => !(place in known));
    return chunk(places, detail.size ?? 1).map(async (some) => {
      try {
        const values = await askDetail(
          work,
          detail,
          some.map((place) => bare[place] ?? {}),
        );
        for (const [index, place] of some.entries()) known[place] = values[index] ?? null;
      } catch (error) {
        if (!(error instanceof CloudRefusal)) return void faults.push(error);
        for (const place of some) known[place] = null;
        failures.push(error.message);
      }
    });
  });
  await Promise.all(requests);
  if (faults.length > 0) {
    return { found: [], next: [taskOf(work, { items: bare, got })], failures, fault: faults[0] };
  }
  const whole = bare.map((item, place) => ({
    ...item,
    ...Object.fromEntries(Object.entries(got).map(([name, values]) => [name, values[place] ?? null])),
  }));
  return yieldItems(work, whole, failures);
}

async function askDetail<Call>(work: Work<Call>, detail: Detail<Call>, some: Item[]): Promise<unknown[]> {
  const { client, scope } = work;
  const call = detail.call(some, scope);
  if (call === null) return some.map(() => null);
  try {
    const first = await client.send(call, scope, null);
    const { entries, read, choose } = detail;
    if (!entries) return some.map((item) => (read ? read(first.body, item) : first.body));
    const all = [...entries(first.body)];
    for (let { next } = first; next !== null;) {
      const page = await client.send(call, scope, next);
      all.push(...entries(page.body));
      ({ next } = page);
    }
    return some.map((item) => (choose ? choose(all, item) : all));
  } catch (error) {
    if (error instanceof CloudRefusal && detail.absent?.includes(error.code)) return some.map(() => null);
    throw error;
  }
}

function yieldItems<Call>(work: Work<Call>, whole: Item[], failures: string[]): Step {
  const { provider, service, listing, scope } = work;
  const found: Found[] = [];
  const unnamed = new Set<string>();
  for (const item of whole) {
    for (const resource of listing.resources) {
      if (resource.when && !resource.when(item)) continue;
      for (const entry of resource.each ? resource.each(item, scope) : [item]) {
        const resource_id = resource.id(entry, scope);
        if (!resource_id) {
          unnamed.add(`${listing.name}: answered with a ${resource.type} that has no id`);
          continue;
        }
        found.push({
          resource_type: `${provider}:${service.service}:${resource.type}`,
          resource_id,
          region: (resource.region ? resource.region(entry, scope) : scope.region) ?? GLOBAL_REGION,
          resource_group: resource.resourceGroup?.(entry) ?? null,
          labels: resource.labels?.(entry, scope) ?? {},
          configuration: readFields(resource.configuration, entry, scope),
          raw: asItem(entry),
        });
      }
    }
  }
  const children = service.listings.filter(({ of }) => of?.listing === listing.name);
  const next = whole.flatMap((item) =>
    children.map(({ name, of }) => ({ listing: name, parent: of?.carry(item, scope) ?? {}, token: null })),
  );
  return { found, next, failures: [...failures, ...unnamed] };
}

const taskOf = <Call>({ listing, scope }: Work<Call>, rest: Partial<Task>): Task => ({
  listing: listing.name,
  parent: scope.parent,
  ...rest,
});

function chunk<T>(entries: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  );
}
