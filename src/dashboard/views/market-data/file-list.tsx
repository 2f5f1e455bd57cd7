import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatBytes } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { FileUpload } from "./file-upload.tsx";

const LIMIT = 20;
const PATH = ["files"];
const FILTERS = ["symbol", "exchange", "market", "data_type"] as const;

/** Every file of the lake, and a way to bring one's own. */
export function FileList() {
  const { query } = route.value;
  const { offset, move } = useOffset("market-data", PATH);
  const load = useLoad(
    (signal) => {
      const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) || undefined]));
      return dataOrThrow(
        api.GET("/api/v1/datasets", { params: { query: { ...filter, limit: LIMIT, offset } }, signal }),
      );
    },
    [query.toString()],
    { refreshOn: (frame) => isJobChange(frame, ["download", "aggregate", "ingest-file"]) },
  );
  return (
    <>
      <section aria-labelledby="files">
        <h2 id="files">Files</h2>
        <FilterForm label="Narrow the list of files" view="market-data" path={PATH}>
          <Field label="Symbol">
            <input name="symbol" type="search" maxLength={64} />
          </Field>
          <Field label="Exchange">
            <input name="exchange" type="search" maxLength={64} />
          </Field>
          <Field label="Market">
            <input name="market" type="search" maxLength={64} />
          </Field>
          <Field label="Type" hint="raw, agg, ticks, alt or a set of features">
            <input name="data_type" type="search" maxLength={200} />
          </Field>
        </FilterForm>
        <Loaded of={load}>
          {({ datasets, total }) => (
            <>
              <Table
                label="Files"
                rows={datasets}
                keyOf={({ id }) => id}
                empty={
                  query.size === 0
                    ? "There are no files yet. Download candles, or upload a CSV file below."
                    : "No file is like this."
                }
                columns={[
                  {
                    title: "File",
                    cell: ({ id, file_path }) => (
                      <a href={linkTo("market-data", ["files", id])}>
                        <PlainText of={file_path.split("/").at(-1) ?? file_path} />
                      </a>
                    ),
                  },
                  {
                    title: "Series",
                    cell: (row) => <PlainText of={`${row.symbol} on ${row.exchange} ${row.market}`} />,
                  },
                  { title: "Type", cell: (row) => <PlainText of={`${row.data_type} ${row.timeframe ?? ""}`} /> },
                  { title: "From (UTC)", cell: ({ time_from }) => time_from?.replace("T", " ") ?? "–" },
                  { title: "To (UTC)", cell: ({ time_to }) => time_to?.replace("T", " ") ?? "–" },
                  { title: "Size", isNumber: true, cell: ({ file_size_bytes }) => formatBytes(file_size_bytes) },
                ]}
              />
              <OffsetPager offset={offset} limit={LIMIT} total={total} shown={datasets.length} onMove={move} />
            </>
          )}
        </Loaded>
      </section>
      <FileUpload onDone={load.reload} />
    </>
  );
}
