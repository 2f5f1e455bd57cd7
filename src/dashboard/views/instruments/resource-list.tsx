import { goTo, linkTo, route } from "../../app/route.ts";
import { useOffset } from "../../components/filter-form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import type { Page } from "../../components/lists.ts";

const PAGE_ROWS = 25;

export interface ListQuery {
  skip: number;
  limit: number;
  include_deleted: boolean;
}

interface Resource {
  id: string;
  name: string;
  deleted_at: string | null;
}

interface ResourceListProps<Item extends Resource> {
  title: string;
  /** Part of the address that the list and its pages are under. */
  part: string;
  /** What the link to a new one says. */
  add: string;
  /** Said where there are none. */
  empty: string;
  columns: Column<Item>[];
  read: (query: ListQuery, signal: AbortSignal) => Promise<Page<Item>>;
  restore: (id: string) => Promise<unknown>;
}

/** What is managed, by name, with what was deleted where that is wanted. */
export function ResourceList<Item extends Resource>(props: ResourceListProps<Item>) {
  const { title, part, add, empty, columns, read, restore } = props;
  const { offset, move } = useOffset("instruments", [part]);
  const include_deleted = route.value.query.has("deleted");
  const list = useLoad(
    (signal) => read({ skip: offset, limit: PAGE_ROWS, include_deleted }, signal),
    [part, offset, include_deleted],
  );
  const bringBack = useAction(async (id: string) => {
    await restore(id);
    notify("It is there again");
    list.reload();
  });
  const name: Column<Item> = {
    title: "Name",
    cell: (item) =>
      item.deleted_at === null ? (
        <a href={linkTo("instruments", [part, item.id])}>
          <PlainText of={item.name} />
        </a>
      ) : (
        <span class="row">
          <s>
            <PlainText of={item.name} />
          </s>
          <button type="button" onClick={() => void bringBack.run(item.id)}>
            Restore
          </button>
        </span>
      ),
  };
  return (
    <section class="stack">
      <div class="row">
        <h2>{title}</h2>
        <label>
          <input
            type="checkbox"
            checked={include_deleted}
            onChange={(event) =>
              goTo(linkTo("instruments", [part], { deleted: event.currentTarget.checked ? "shown" : undefined }))
            }
          />{" "}
          Show deleted
        </label>
        <a class="button" href={linkTo("instruments", [part, "new"])}>
          {add}
        </a>
      </div>
      {bringBack.error && (
        <p class="bad" role="alert">
          {bringBack.error}
        </p>
      )}
      <Loaded of={list}>
        {({ items, total }) => (
          <>
            <Table label={title} columns={[name, ...columns]} rows={items} keyOf={({ id }) => id} empty={empty} />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total} shown={items.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}
