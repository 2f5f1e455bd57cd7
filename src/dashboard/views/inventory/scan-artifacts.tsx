import { useEffect } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { FilterForm } from "../../components/filter-form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { useLoad } from "../../components/use-load.ts";
import { readResourceFilter, ResourceFilterFields } from "./resource-filter.tsx";
import { ResourceTable } from "./resource-table.tsx";

const LIMIT = 25;

/** What a scan found, page by page, with all of it as a file. */
export function ScanArtifacts({ id }: { id: string }) {
  const { query } = route.value;
  const filter = readResourceFilter(query);
  const cursors = useCursors();
  useEffect(cursors.restart, [query.toString()]);
  const load = useLoad(
    (signal) => {
      const page = { limit: LIMIT, cursor: cursors.cursor === undefined ? undefined : Number(cursors.cursor) };
      const params = { path: { job_id: id }, query: { ...filter, ...page } };
      return dataOrThrow(api.GET("/api/v1/extraction/jobs/{job_id}/artifacts", { params, signal }));
    },
    [id, query.toString(), cursors.cursor],
  );
  return (
    <section aria-labelledby="found">
      <h2 id="found">What it found</h2>
      <FilterForm label="Narrow what was found" view="inventory" path={["scans", id]}>
        <ResourceFilterFields />
      </FilterForm>
      <Loaded of={load}>
        {({ artifacts, total, next_cursor }) => (
          <>
            <ResourceTable resources={artifacts} empty="It found nothing like this." />
            <CursorPager
              cursors={cursors}
              nextCursor={next_cursor === null ? null : String(next_cursor)}
              total={total}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}
