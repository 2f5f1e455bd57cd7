/** How lists of instruments answer: all at once, or a page where one was asked for. */
type List<Item> = Item[] | { items: Item[]; total: number };

export interface Page<Item> {
  items: Item[];
  total: number;
}

/** The items of a list, whichever way it answered. */
export const itemsOf = <Item>(list: List<Item>): Item[] => (Array.isArray(list) ? list : list.items);

/** A list as a page. */
export const pageOf = <Item>(list: List<Item>): Page<Item> =>
  Array.isArray(list) ? { items: list, total: list.length } : list;

/** What a list of choices is asked for: more of them than people look through. */
export const ALL = { query: { skip: 0, limit: 500 } };
