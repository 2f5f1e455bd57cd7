import { isRecord } from "./operations.ts";

/** Of one kind, the newest are kept. */
const MOST_VALUES = 100;
const LONGEST = 200;
/** One of so many values is of any kind that was named. */
const OTHERWISE = 5;
const DEEPEST = 6;

/** Fields whose value names something in another request. */
const NAMES =
  /^(id|name|filename|number|path|symbol|exchange|market|schema|topic|account|ticket|cursor|next_cursor|.*_id|.*_name)$/;

/** Stands in a generated request for a value that an earlier answer had. */
const TOKEN = /^\uE000([^\uE000]*)\uE000(\d+)$/;
export const pickToken = (kinds: string[], number: number) => `\uE000${kinds.join(",")}\uE000${number}`;

export interface Pool {
  /** Remembers the names in an answer to a path as the document has it. */
  learn(path: string, body: unknown): void;
  add(kind: string, value: string): void;
  /** The text, or what it stands for where it is a token; `isFree` says what may be taken. */
  resolve(text: string, isFree: (value: string) => boolean): string;
}

/** What answers have named, by the name of the field and by the path under which it can be asked for. */
export function createPool(): Pool {
  const kinds = new Map<string, string[]>();
  const add = (kind: string, value: string) => {
    const values = kinds.get(kind) ?? [];
    kinds.set(kind, values);
    if (values.includes(value)) return;
    values.push(value);
    if (values.length > MOST_VALUES) values.splice(Math.floor(MOST_VALUES / 4), 1);
  };
  const learn = (path: string, value: unknown, depth = 0): void => {
    if (depth > DEEPEST) return;
    if (Array.isArray(value)) return value.slice(0, 20).forEach((entry) => learn(path, entry, depth + 1));
    if (!isRecord(value)) return;
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry === "object") learn(path, entry, depth + 1);
      const text = String(entry);
      if (entry === null || !NAMES.test(key) || text.length > LONGEST || text === "") continue;
      add(key, text);
      if (/^(id|name|filename|.*_id|.*_name|path|account)$/.test(key)) add(`at:${path}`, text);
    }
  };
  const resolve = (text: string, isFree: (value: string) => boolean): string => {
    const [, wanted, number] = TOKEN.exec(text) ?? [];
    if (wanted === undefined || number === undefined) return text;
    const choices = wanted.split(",").map((kind) => (kinds.get(kind) ?? []).filter(isFree));
    // Mostly by the first kind, which fits best.
    const free =
      (Number(number) % OTHERWISE === 0 ? undefined : choices.find(({ length }) => length > 0)) ?? choices.flat();
    return free[Number(number) % Math.max(1, free.length)] ?? "nothing-yet";
  };
  return { learn, add, resolve };
}
