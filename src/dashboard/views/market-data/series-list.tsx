import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { Table } from "../../components/table.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { CoverageBar } from "./coverage-bar.tsx";
import { describeType, formatInstant, linkToSeries, type Series } from "./series.ts";

const LIMIT = 20;
const PATH = ["series"];

/** Every series that there is something of. */
export function SeriesList() {
  const { query } = route.value;
  const { offset, move } = useOffset("market-data", PATH);
  const load = useLoad(
    (signal) =>
      dataOrThrow(
        api.GET("/api/v1/coverage", { params: { query: { ...filterOf(query), limit: LIMIT, offset } }, signal }),
      ),
    [query.toString()],
    { refreshOn: (frame) => isJobChange(frame, ["download", "aggregate", "ingest-file"]) },
  );
  return (
    <section aria-labelledby="series">
      <h2 id="series">Series</h2>
      <FilterForm label="Narrow the list of series" view="market-data" path={PATH}>
        <Field label="Symbol" hint="The whole of it, such as BTCUSDT">
          <input name="symbol" type="search" maxLength={64} />
        </Field>
        <Field label="Exchange">
          <input name="exchange" type="search" maxLength={64} />
        </Field>
        <Field label="Market">
          <input name="market" type="search" maxLength={64} />
        </Field>
        <Field label="Type">
          <select name="data_type">
            <option value="">All</option>
            <option value="raw">Candles</option>
            <option value="agg">Candles made of minutes</option>
            <option value="ticks">Ticks</option>
            <option value="alt">Funding rates and other data</option>
          </select>
        </Field>
      </FilterForm>
      <Loaded of={load}>
        {({ series, total }) => (
          <>
            {total === 0 && query.size === 0 ? (
              <p>
                Nothing has been collected yet. <a href={linkTo("market-data", ["download"])}>Download candles</a> to
                begin.
              </p>
            ) : (
              <SeriesTable series={series} />
            )}
            <OffsetPager offset={offset} limit={LIMIT} total={total} shown={series.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const SeriesTable = ({ series }: { series: Series[] }) => (
  <Table
    label="Series"
    rows={series}
    keyOf={({ series_id }) => series_id}
    empty="No series is like this."
    columns={[
      { title: "Symbol", cell: (row) => <a href={linkToSeries(row)}>{row.unified_symbol}</a> },
      { title: "Exchange", cell: ({ exchange, market }) => `${exchange} ${market}` },
      {
        title: "Type",
        cell: (row) => `${describeType(row)}${row.timeframe === "funding" ? "" : `, ${row.timeframe}`}`,
      },
      { title: "First (UTC)", cell: ({ first }) => (first ? formatInstant(Date.parse(first)) : "–") },
      { title: "Last (UTC)", cell: ({ last }) => (last ? formatInstant(Date.parse(last)) : "–") },
      { title: "Coverage", cell: (row) => <CoverageBar series={row} /> },
      { title: "Gaps", isNumber: true, cell: ({ gap_count }) => formatCount(gap_count) },
    ]}
  />
);

const filterOf = (query: URLSearchParams) =>
  Object.fromEntries(
    ["symbol", "exchange", "market", "data_type"].flatMap((name) => {
      const value = query.get(name);
      return value ? [[name, value] as const] : [];
    }),
  );
