import { useEffect } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { FilterForm } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { Select } from "../../components/select.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { CLOUDS } from "./clouds.ts";
import { readResourceFilter, ResourceFilterFields } from "./resource-filter.tsx";
import { ResourceTable } from "./resource-table.tsx";

const LIMIT = 25;
const PROVIDERS = ["aws", "azure", "gcp"] as const;

/** The latest state of everything that scans have found. */
export function ResourceList() {
  const { query } = route.value;
  const cursors = useCursors();
  useEffect(cursors.restart, [query.toString()]);
  const provider = PROVIDERS.find((name) => name === query.get("provider"));
  const load = useLoad(
    (signal) => {
      const filter = { ...readResourceFilter(query), provider, account: query.get("account") || undefined };
      const page = { limit: LIMIT, cursor: cursors.cursor === undefined ? undefined : Number(cursors.cursor) };
      return dataOrThrow(
        api.GET("/api/v1/extraction/resources", { params: { query: { ...filter, ...page } }, signal }),
      );
    },
    [query.toString(), cursors.cursor],
    { refreshOn: (frame) => isJobChange(frame, ["extraction"]) },
  );
  return (
    <section aria-labelledby="resources">
      <h2 id="resources">Resources</h2>
      <FilterForm label="Narrow the list of resources" view="inventory" path={["resources"]}>
        <Field label="Cloud">
          <Select name="provider" initial={provider ?? ""} options={{ "": "All", ...CLOUDS }} />
        </Field>
        <Field label="Account">
          <input name="account" type="search" maxLength={128} />
        </Field>
        <ResourceFilterFields />
      </FilterForm>
      <Loaded of={load}>
        {({ resources, total, next_cursor }) => (
          <>
            <ResourceTable
              resources={resources}
              empty={query.size === 0 ? "Nothing is known yet. Start a scan under Scan." : "No resource is like this."}
            />
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
