import { useState } from "preact/hooks";

interface OffsetPagerProps {
  offset: number;
  limit: number;
  /** How many rows there are; null where the server does not say. */
  total: number | null;
  /** Rows of this page, by which the last one is known without a total. */
  shown: number;
  onMove: (offset: number) => void;
}

/** Steps through a list that the server pages by offset. */
export function OffsetPager({ offset, limit, total, shown, onMove }: OffsetPagerProps) {
  const isLast = total === null ? shown < limit : offset + shown >= total;
  if (offset === 0 && isLast) return null;
  const range = shown === 0 ? "none" : `${offset + 1}–${offset + shown}`;
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - limit))}>
        Previous
      </button>
      <span role="status">{total === null ? range : `${range} of ${total}`}</span>
      <button type="button" disabled={isLast} onClick={() => onMove(offset + limit)}>
        Next
      </button>
    </nav>
  );
}

/** The way through a list that the server pages by cursor: the cursors of the pages so far. */
export function useCursors() {
  const [cursors, setCursors] = useState<string[]>([]);
  return {
    cursor: cursors.at(-1),
    isFirst: cursors.length === 0,
    next: (cursor: string) => setCursors((before) => [...before, cursor]),
    previous: () => setCursors((before) => before.slice(0, -1)),
    restart: () => setCursors([]),
  };
}

interface CursorPagerProps {
  cursors: ReturnType<typeof useCursors>;
  nextCursor: string | null;
  total?: number;
}

/** Steps through a list that the server pages by cursor. */
export function CursorPager({ cursors, nextCursor, total }: CursorPagerProps) {
  if (cursors.isFirst && nextCursor === null) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={cursors.isFirst} onClick={cursors.previous}>
        Previous
      </button>
      {total !== undefined && <span>{total} in all</span>}
      <button type="button" disabled={nextCursor === null} onClick={() => nextCursor && cursors.next(nextCursor)}>
        Next
      </button>
    </nav>
  );
}
