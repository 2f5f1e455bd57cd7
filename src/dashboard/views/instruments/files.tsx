import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatBytes } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { isJobFrame } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { InstrumentFilter } from "./instrument-filter.tsx";
import { pageOf } from "../../components/lists.ts";

const PAGE_ROWS = 25;

const columns: Column<Schemas["InstrumentFile"]>[] = [
  {
    title: "Name",
    cell: ({ id, filename }) => (
      <a href={linkTo("instruments", ["files", id])}>
        <PlainText of={filename} most={100} />
      </a>
    ),
  },
  { title: "Path on the instrument", cell: ({ source_path }) => <PlainText of={source_path} most={100} /> },
  {
    title: "Size",
    cell: ({ size_bytes }) => (size_bytes === null ? <span class="quiet">not yet</span> : formatBytes(size_bytes)),
    isNumber: true,
  },
  { title: "Written", cell: ({ source_mtime }) => <Time at={source_mtime} /> },
  { title: "Found", cell: ({ first_discovered_at }) => <Time at={first_discovered_at} /> },
  { title: "Damage", cell: ({ damage }) => damage !== null && <span class="bad">{damage}</span> },
];

/** Files of instruments that the person sees. */
export function Files() {
  const { query } = route.value;
  const instrument = query.get("instrument");
  const search = query.get("search");
  const { offset, move } = useOffset("instruments", ["files"]);
  const files = useLoad(
    async (signal) => {
      const asked = {
        ...{ skip: offset, limit: PAGE_ROWS },
        ...(instrument !== null && { instrument_id: instrument }),
        ...(search !== null && { search }),
      };
      return pageOf(await dataOrThrow(api.GET("/api/files", { params: { query: asked }, signal })));
    },
    [offset, instrument, search],
    { refreshOn: (frame) => isJobFrame(frame, ["harvest"]) },
  );
  return (
    <section class="stack">
      <h2>Files</h2>
      <FilterForm label="Which files" view="instruments" path={["files"]}>
        <Field label="Part of the path, or an ARK">
          <input type="search" name="search" maxLength={1024} />
        </Field>
        {person.value?.role === "admin" && <InstrumentFilter />}
      </FilterForm>
      <Loaded of={files}>
        {({ items, total }) => (
          <>
            <Table
              label="Files"
              columns={columns}
              rows={items}
              keyOf={({ id }) => id}
              empty={query.size > 0 ? "No file is like this." : "There are no files yet, or none was granted to you."}
            />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total} shown={items.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}
