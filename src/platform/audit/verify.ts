import type { Context } from "../../context.ts";
import type { AuditRow } from "./audit.store.ts";
import { countUnsealed, findChain, findLink, listLinks } from "./chain.store.ts";
import { listErased } from "./erasures.store.ts";
import { hashContent, hashLink } from "./links.ts";
import { EMPTY_CHAIN } from "./seal.ts";

export interface AuditProblem {
  number: number;
  /** Null for a row that is gone. */
  id: string | null;
  problem: string;
}

/** Named in one answer; a chain that is broken everywhere needs no longer list. */
const MOST_PROBLEMS = 100;

/** Verifies links after a number, or after what was purged; `next_after` goes on from here and is null at the end. */
export async function verifyAudit({ primary: db }: Context, { after, limit }: { after: number; limit: number }) {
  // Together: what seals or purges beside this must not look like a chain that is broken.
  const [[chain = EMPTY_CHAIN], [unsealed], rows, [before], named] = await db.batch([
    findChain(db),
    countUnsealed(db),
    listLinks(db, after, limit),
    findLink(db, after),
    listErased(db, after, limit),
  ]);
  const from = Math.max(after, chain.purged_number);
  const erasures = new Set(named.map((erasure) => erasure.number));
  const isLast = rows.length < limit;
  const problems: AuditProblem[] = [];
  const erased: number[] = [];
  let number = from;
  let previous_hash = from === chain.purged_number ? chain.purged_hash : (before?.hash ?? null);
  for (const row of rows) {
    const own = row.number ?? 0;
    problems.push(...missing(number + 1, own - 1));
    // Where the row before is gone, that is the problem, and nothing is left to compare with.
    const expected = own === number + 1 ? previous_hash : null;
    const isBeyond = own > chain.head_number;
    const finding = await examine(row, { own, before: expected, isBeyond, isNamed: erasures.has(own) });
    if (finding === "erased") erased.push(own);
    else if (finding) problems.push({ number: own, id: row.id, problem: finding });
    [number, previous_hash] = [own, row.hash];
  }
  if (isLast) problems.push(...missing(number + 1, chain.head_number));
  if (isLast && number === chain.head_number && previous_hash !== chain.head_hash) {
    const id = rows.at(-1)?.id ?? before?.id ?? null;
    problems.push({ number, id, problem: "is not the link that the chain ends with" });
  }
  return {
    intact: problems.length === 0,
    checked: rows.length,
    problems: problems.slice(0, MOST_PROBLEMS),
    erased,
    unsealed: unsealed?.total ?? 0,
    purged_up_to: chain.purged_number,
    head: { number: chain.head_number, hash: chain.head_hash },
    last: rows.length === 0 ? null : { number, hash: previous_hash ?? "" },
    next_after: isLast ? null : number,
  };
}

interface Place {
  own: number;
  before: string | null;
  isBeyond: boolean;
  /** Whether an entry says that somebody was taken out of it. */
  isNamed: boolean;
}

async function examine(row: AuditRow, { own, before, isBeyond, isNamed }: Place): Promise<string | null> {
  if (isBeyond) return "was inserted beyond the end of the chain";
  if (before !== null && row.previous_hash !== before)
    return `does not follow from row ${own - 1}: one of both was changed`;
  if ((await hashLink(own, row.previous_hash ?? "", row.content_hash ?? "")) !== row.hash) {
    return "was changed, inserted or moved: its hash is not that of this place";
  }
  if ((await hashContent(row)) === row.content_hash) return null;
  if (row.erased_at === null) return "was changed: its content does not have its hash";
  return isNamed ? "erased" : "was changed: it is marked as erased, but no entry of the audit says so";
}

const missing = (first: number, last: number): AuditProblem[] =>
  Array.from({ length: Math.min(MOST_PROBLEMS, Math.max(0, last - first + 1)) }, (_, index) => ({
    number: first + index,
    id: null,
    problem: "was removed",
  }));
