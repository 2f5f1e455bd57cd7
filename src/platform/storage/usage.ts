import type { Context } from "../../context.ts";
import { measureDomains } from "./usage.store.ts";

/** Rows that one look may read: D1 answers for this many within a second. */
const MOST_OBJECTS = 200_000;

/** Objects and bytes that are stored for each domain; `complete` is false where only the first were counted. */
export async function measureStorage({ db }: Pick<Context, "db">, most = MOST_OBJECTS) {
  const domains = await measureDomains(db, most);
  const total = {
    objects: domains.reduce((sum, { objects }) => sum + objects, 0),
    bytes: domains.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return { domains, total, complete: total.objects < most };
}
